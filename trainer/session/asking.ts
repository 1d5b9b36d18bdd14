/** Questions to a loaded checkpoint: the medium goes through the same decoder, sizes and template as in training. */
import { basename, dirname, join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type {
  AskResult,
  FrameInfluence,
  InfluenceResult,
  Medium,
  Question,
  ScoreResult,
  SessionInput,
  Shown,
} from "../../contract/session.ts";
import type { Engine, Media, Model, Prompt } from "../../native/types.ts";
import { chatMessages, TINY_TEMPLATE, type PromptTemplate } from "../../science/prompts.ts";
import type { Sample } from "../../science/records.ts";
import type { VisionSettings } from "../../science/settings.ts";
import { viewOf } from "../../science/views.ts";
import { ClipLoader, type Clip } from "../media/clips.ts";
import { FrameStore } from "../media/frame-store.ts";
import type { Prompter } from "../data/prompting.ts";
import { chatPrompt } from "./chat-prompt.ts";
import { changedClip, inOrderOf } from "./frame-changes.ts";
import type { Call } from "./line-server.ts";
import { prompterFor, SessionModels } from "./models.ts";
import { streamAnswers, tokenOf } from "./streaming.ts";

interface Prepared {
  readonly prompt: Prompt;
  readonly clip: Clip | null;
  dispose(): void;
}

export class Asking {
  readonly #engine: Engine;
  readonly #models: SessionModels;
  readonly #dataFolder: string;

  constructor(engine: Engine, dataFolder: string) {
    this.#engine = engine;
    this.#models = new SessionModels(engine, dataFolder);
    this.#dataFolder = dataFolder;
  }

  async ask(input: SessionInput<"ask">, call: Call): Promise<AskResult> {
    const started = performance.now();
    const { model, prompter, prepared } = await this.#prepare(input);
    try {
      const shown = shownOf(prepared.clip);
      const promptTokens = prepared.prompt.ids.length;
      call.emit({ type: "shown", shown, promptTokens });
      const options = { prompter, sampling: input.sampling, n: 1, stop: [] };
      const answers = await streamAnswers(model, prepared.prompt, options, call);
      return { shown, promptTokens, answers, seconds: (performance.now() - started) / 1000 };
    } finally {
      prepared.dispose();
    }
  }

  async chat(input: SessionInput<"chat">, call: Call): Promise<AskResult> {
    const started = performance.now();
    const loaded = await this.#models.get(input.model);
    const prompter = prompterFor(loaded, TINY_TEMPLATE);
    const clips = await Promise.all(input.media.map((medium) => this.#clip(medium, input.vision)));
    const media: Media[] = [];
    try {
      for (const clip of clips) media.push(await encoded(loaded.model, clip));
      const prompt = chatPrompt(prompter, input.messages, media);
      const shown = shownOf(clips[0] ?? null);
      call.emit({ type: "shown", shown, promptTokens: prompt.ids.length });
      const { sampling, n, stop } = input;
      const answers = await streamAnswers(loaded.model, prompt, { prompter, sampling, n, stop }, call);
      return { shown, promptTokens: prompt.ids.length, answers, seconds: (performance.now() - started) / 1000 };
    } finally {
      for (const medium of media) medium.dispose();
    }
  }

  async score(input: SessionInput<"score">, { signal }: Call): Promise<ScoreResult> {
    const { model, prompter, prepared } = await this.#prepare(input);
    try {
      const ids = completionIds(prompter, input.completion);
      const { logProbs } = await model.score([{ prompt: prepared.prompt, completions: [ids] }], { signal });
      const tokens = Array.from(ids, (id, place) => tokenOf(prompter.tokenizer, id, logProbs[place]!));
      return { tokens, logProb: logProbs.reduce((sum, value) => sum + value, 0) };
    } finally {
      prepared.dispose();
    }
  }

  /**
   * Changes each frame in turn and scores the same answer. All changed clips go through the model together: frames that are
   * the same are encoded once, and the prompt is read once up to the change.
   */
  async influence(input: SessionInput<"influence">, { signal, emit }: Call): Promise<InfluenceResult> {
    const started = performance.now();
    const { medium, kind } = input;
    if (medium === null) throw new RangeError("Frames matter only where there are some: choose a video or picture.");
    const loaded = await this.#models.get(input.model);
    const prompter = prompterFor(loaded, input.template as PromptTemplate);
    const sample = sampleOf(input);
    const clip = await this.#clip(medium, input.vision, input.order);
    const ids = completionIds(prompter, input.completion);
    const measured = answerSpan(prompter, ids);
    const whole = kind === "shuffle" || kind === "reverse";
    const changed = whole ? [0] : [...clip.frames.keys()];
    const show = (shown: Clip) => prompter.prepare(loaded.model, sample, shown, inOrder(shown));
    const base = await show(clip);
    const spans = { answer: measured, whole: [0, ids.length] as [number, number] };
    const sums: Record<"answer" | "whole", number[]> = { answer: [], whole: [] };
    const before = { answer: 0, whole: 0 };
    const cost = { tokens: 0, tokensAlone: base.prompt.ids.length + ids.length - 1 };
    try {
      const together = variantsTogether(base.prompt.ids.length, clip);
      for (let from = 0; from < changed.length; from += together) {
        const part = changed.slice(from, from + together);
        const variants = await Promise.all(part.map((frame) => show(changedClip(clip, { kind, frame }))));
        try {
          const prompts = variants.map(({ prompt }) => prompt);
          const group = { prompt: base.prompt, completions: [ids], variants: prompts };
          const { logProbs, offsets, rows } = await loaded.model.score([group], { signal });
          const sumOf = (row: number, [first, end]: readonly [number, number]): number =>
            logProbs.subarray(offsets[row]! + first, offsets[row]! + end).reduce((sum, value) => sum + value, 0);
          for (const name of ["answer", "whole"] as const) {
            before[name] = sumOf(0, spans[name]);
            for (const place of part.keys()) sums[name].push(sumOf(place + 1, spans[name]));
          }
          cost.tokens += rows;
          cost.tokensAlone += prompts.reduce((sum, { ids: own }) => sum + own.length + ids.length - 1, 0);
        } finally {
          for (const { media } of variants) media.dispose();
        }
        emit({ type: "progress", text: `${sums.answer.length} of ${changed.length}` });
      }
    } finally {
      base.media.dispose();
    }
    const influenceOf = (name: "answer" | "whole"): FrameInfluence => {
      const changes = sums[name].map((sum) => sum - before[name]);
      // One change of the order concerns all frames alike.
      return { logProb: before[name], changes: whole ? clip.frames.map(() => changes[0]!) : changes };
    };
    return {
      shown: shownOf(clip)!,
      kind,
      measured,
      answer: influenceOf("answer"),
      whole: influenceOf("whole"),
      cost: { ...cost, seconds: (performance.now() - started) / 1000 },
    };
  }

  dispose(): void {
    this.#models.dispose();
  }

  async #prepare(question: Question): Promise<{ model: Model; prompter: Prompter; prepared: Prepared }> {
    const loaded = await this.#models.get(question.model);
    const { model } = loaded;
    const prompter = prompterFor(loaded, question.template as PromptTemplate);
    const sample = sampleOf(question);
    if (question.medium === null) {
      const prompt = chatPrompt(prompter, chatMessages(sample, prompter.template, { withMedium: false }), []);
      return { model, prompter, prepared: { prompt, clip: null, dispose: () => undefined } };
    }
    const whole = await this.#clip(question.medium, question.vision, question.order);
    const clip = question.change === null ? whole : changedClip(whole, question.change);
    const { prompt, media } = await prompter.prepare(model, sample, clip, inOrder(clip));
    return { model, prompter, prepared: { prompt, clip, dispose: () => media.dispose() } };
  }

  async #clip({ path, kind }: Medium, vision: VisionSettings, order?: readonly number[] | null): Promise<Clip> {
    const frames = join(this.#dataFolder, DATA_FOLDER.frames);
    // One for each question: decoded frames are kept in the store, and a file that was mended is looked at again.
    const loader = new ClipLoader({
      engine: this.#engine,
      store: new FrameStore(frames),
      cacheFolder: join(frames, "clips"),
      mediaRoot: dirname(path),
      vision,
    });
    const clip = await loader.load({ ...NO_SAMPLE, dataType: kind, path: basename(path) });
    return order ? inOrderOf(clip, order) : clip;
  }
}

/** So many changed clips as take about 16,384 tokens and 512 MB of patches. */
function variantsTogether(promptTokens: number, clip: Clip): number {
  const patchBytes = 4 * clip.pixels.length;
  return Math.max(1, Math.min(Math.floor(16_384 / promptTokens), Math.floor(2 ** 29 / patchBytes)));
}

const NO_SAMPLE: Sample = {
  id: "question",
  question: "",
  dataType: "video",
  problemType: "free-form",
  options: [],
  solution: "",
  answer: "",
  path: "",
  task: "",
  extra: {},
};

function sampleOf({ question, options, medium }: Question): Sample {
  const problemType = options.length > 0 ? "multiple choice" : "free-form";
  return { ...NO_SAMPLE, question, options, problemType, dataType: medium?.kind ?? "video" };
}

const inOrder = (clip: Clip) => viewOf("ordered", clip.frames.length, { runSeed: 0, step: 0, sampleId: NO_SAMPLE.id });

function shownOf(clip: Clip | null): Shown | null {
  if (clip === null) return null;
  const { kind, width, height, frames } = clip;
  return { kind, width, height, frames };
}

function encoded(model: Model, clip: Clip): Promise<Media> {
  const { kind, secondsPerGrid, height, width } = clip;
  return model.encode({ data: clip.pixels, count: clip.frames.length, height, width }, { kind, secondsPerGrid });
}

/** A completion's ids with the end mark. */
function completionIds(prompter: Prompter, text: string): Int32Array {
  return Int32Array.from([...prompter.tokenizer.encode(text), prompter.stopIds[0]!]);
}

/** Tokens of what stands inside the answer tags; the whole completion where there are none. */
export function answerSpan(prompter: Pick<Prompter, "tokenizer">, ids: Int32Array): [number, number] {
  const ends = Array.from(ids, (_, place) => prompter.tokenizer.decode(ids.subarray(0, place + 1)).length);
  const text = prompter.tokenizer.decode(ids);
  const match = /<answer>\s*([\s\S]*?)\s*<\/answer>/.exec(text);
  if (match?.[1] === undefined || match[1] === "") return [0, ids.length];
  const start = text.indexOf(match[1], match.index + "<answer>".length);
  const first = ends.findIndex((end) => end > start);
  const last = ends.findIndex((end) => end >= start + match[1]!.length);
  return [first, last + 1];
}
