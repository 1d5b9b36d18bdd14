/**
 * One pass over a benchmark: each clip is decoded once and shown to every model under every view. Items reach the disk as
 * they are answered, so the pass goes on where it was stopped; an answer depends on its question alone (determinism 2),
 * so a stopped and continued pass leaves the same bytes.
 */
import { join } from "node:path";
import {
  EVALUATION_FOLDER,
  EVALUATION_VERSION,
  type EvaluatedItem,
  type EvaluationResult,
} from "../../contract/evaluation.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Engine, MemoryReport, Model } from "../../native/types.ts";
import { violationSchema } from "../../contract/journal.ts";
import type { BenchmarkItem } from "../../science/evaluation/items.ts";
import { scoreItem } from "../../science/evaluation/scoring.ts";
import { verdictScores } from "../../science/evaluation/verdict-scores.ts";
import { ASKED_AGAIN_EVERY, type AnswerJudge } from "../../science/judge/answer-judge.ts";
import { openAnswerJudge } from "../judges/open-judge.ts";
import { summariseView } from "../../science/evaluation/summary.ts";
import type { PromptTemplate } from "../../science/prompts.ts";
import { formatReward } from "../../science/rewards/format.ts";
import { clipsTogether } from "../../science/memory/answering.ts";
import { PREFIX_CACHE_BYTES, VISION_CACHE_BYTES } from "../../science/memory/plan.ts";
import type { MeasuredView } from "../../science/views.ts";
import { answerSamples, type Answer, type SharedMedia } from "./answering.ts";
import { availableMemory } from "../run/available-memory.ts";
import type { LoadedSample } from "../data/dataset.ts";
import { writeFileAtomically } from "../run/durable.ts";
import { storedPrecision } from "../run/loading.ts";
import { ClipLoader, type Clip } from "../media/clips.ts";
import { MediaError } from "../media/errors.ts";
import { FrameStore } from "../media/frame-store.ts";
import { Prompter } from "../data/prompting.ts";
import { loadTokenizer } from "../data/tokens.ts";
import { ItemsFile } from "./items-file.ts";
import type { PreparedEvaluation } from "./prepare.ts";
import { ProgressFile } from "./progress-file.ts";

export interface EvaluationOptions {
  readonly engine: Engine;
  readonly folder: string;
  /** Its `frames/` keep what the models saw. */
  readonly dataFolder: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

interface Candidate {
  readonly model: Model;
  readonly prompter: Prompter;
  readonly file: ItemsFile;
}

/** More questions at once are not answered faster. */
const MOST_ANSWERING_BYTES = 16 * 2 ** 30;

type Ask = { readonly item: BenchmarkItem; readonly position: number };
type Loaded = Ask & ({ readonly clip: Clip } | { readonly error: MediaError });

/** @throws the signal's reason when it was stopped; what is on disk stays. */
export async function runEvaluation(
  prepared: PreparedEvaluation,
  options: EvaluationOptions,
): Promise<EvaluationResult> {
  const { request, items } = prepared;
  const { protocol } = request;
  const candidates = await openCandidates(prepared, options);
  const judge = await openAnswerJudge(protocol.judge ?? null, options);
  const clips = openClips(prepared, options);
  const total = items.length * protocol.views.length * candidates.length;
  const progress = new ProgressFile(join(options.folder, EVALUATION_FOLDER.progress), total, options.say);
  progress.start(candidates.reduce((sum, { file }) => sum + file.count, 0));
  // Weights are there by now: half of what is left is for answers, the rest for pictures and everything else.
  const memoryBytes = Math.min(MOST_ANSWERING_BYTES, Math.floor(availableMemory() / 2));
  try {
    const size = clipsTogether(protocol.vision);
    const asked = items.map((item, position): Ask => ({ item, position }));
    for (let from = 0; from < asked.length; from += size) {
      options.signal.throwIfAborted();
      const chunk = asked.slice(from, from + size);
      const isDone = candidates.every(({ file }) =>
        protocol.views.every((view) => chunk.every(({ item }) => file.has(item.sample.id, view))),
      );
      if (isDone) continue;
      const loaded = await Promise.all(chunk.map((ask) => load(clips, ask)));
      clips.prefetch(asked.slice(from + size, from + 2 * size).map(({ item }) => item.sample));
      for (const view of protocol.views) {
        await askChunk(candidates, view, loaded, prepared, {
          ...options,
          memoryBytes,
          progress,
          judge: protocol.judge === undefined ? null : judge.judge,
        });
      }
    }
    const result = resultOf(prepared, candidates);
    writeFileAtomically(join(options.folder, EVALUATION_FOLDER.result), `${JSON.stringify(result, null, 2)}\n`);
    options.say(sparedBy(candidates));
    return result;
  } finally {
    for (const { model, file } of candidates) {
      file.close();
      model.dispose();
    }
    judge.dispose();
  }
}

/** What the engine's caches made unnecessary. */
function sparedBy(candidates: readonly Candidate[]): string {
  const memories = candidates.map(({ model }) => model.memory());
  const sum = (value: (memory: MemoryReport) => number): number => memories.reduce((all, one) => all + value(one), 0);
  const reused = sum(({ prefixTokens }) => prefixTokens.reused);
  const all = reused + sum(({ prefixTokens }) => prefixTokens.read);
  const clips = sum(({ visionCacheHits }) => visionCacheHits);
  const kept = sum(({ visionFolderHits }) => visionFolderHits);
  return (
    `of ${all} prompt tokens ${reused} began like earlier prompts and were not read again; ` +
    `clips found embedded: ${clips} in memory, ${kept} in the data folder`
  );
}

async function openCandidates(
  { request }: PreparedEvaluation,
  { engine, folder, dataFolder }: EvaluationOptions,
): Promise<Candidate[]> {
  const { protocol } = request;
  const candidates: Candidate[] = [];
  for (const [index, { directory }] of request.models.entries()) {
    const prompter = new Prompter(await loadTokenizer(directory), protocol.prompt as PromptTemplate);
    const model = await engine.load(directory, {
      trainable: false,
      dtype: storedPrecision(directory),
      positionRule: protocol.positionRule,
      // Later questions about a clip find it, also where a benchmark does not ask them in a row.
      visionCacheBytes: VISION_CACHE_BYTES,
      visionCacheFolder: join(dataFolder, DATA_FOLDER.embeddings),
      prefixCacheBytes: PREFIX_CACHE_BYTES,
    });
    prompter.checkModel(model, directory);
    candidates.push({ model, prompter, file: new ItemsFile(join(folder, EVALUATION_FOLDER.items(index))) });
  }
  return candidates;
}

function openClips({ request }: PreparedEvaluation, { engine, dataFolder }: EvaluationOptions): ClipLoader {
  const frames = join(dataFolder, DATA_FOLDER.frames);
  return new ClipLoader({
    engine,
    store: new FrameStore(frames),
    cacheFolder: join(frames, "clips"),
    mediaRoot: request.mediaRoot,
    vision: request.protocol.vision,
  });
}

async function load(clips: ClipLoader, ask: Ask): Promise<Loaded> {
  try {
    return { ...ask, clip: await clips.load(ask.item.sample) };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return { ...ask, error };
  }
}

interface ChunkOptions extends EvaluationOptions {
  readonly memoryBytes: number;
  readonly progress: ProgressFile;
  /** A model in the rule's place; null: the rule has judged already. */
  readonly judge: AnswerJudge | null;
}

/** One view of some clips to every model: what they are shown is made once, and embedded once where their towers are equal. */
async function askChunk(
  candidates: readonly Candidate[],
  view: MeasuredView,
  chunk: readonly Loaded[],
  prepared: PreparedEvaluation,
  options: ChunkOptions,
): Promise<void> {
  const shared: SharedMedia = new Map();
  try {
    for (const candidate of candidates) await askModel(candidate, view, chunk, prepared, { ...options, shared });
  } finally {
    for (const media of shared.values()) media.dispose();
  }
}

async function askModel(
  { model, prompter, file }: Candidate,
  view: MeasuredView,
  chunk: readonly Loaded[],
  { request }: PreparedEvaluation,
  { signal, memoryBytes, shared, progress, judge }: ChunkOptions & { readonly shared: SharedMedia },
): Promise<void> {
  const { temperature, topP, maxTokens, seed } = request.protocol;
  const sampling = { temperature, topP, maxTokens, seed };
  const pending = chunk.filter(({ item }) => !file.has(item.sample.id, view));
  const shown = pending.filter((one): one is Ask & { clip: Clip } => "clip" in one);
  const loaded = shown.map(({ item, clip }): LoadedSample => ({ sample: item.sample, clip }));
  const answers = await answerSamples(model, loaded, view, { prompter, ...sampling, signal, memoryBytes, shared });
  const answerOf = new Map(shown.map((one, index) => [one.position, answers[index]!]));
  file.append(
    await Promise.all(
      pending.map(async (one): Promise<EvaluatedItem> => {
        const asked = { ...factsOf(one), view };
        if ("error" in one) return { ...asked, ...UNANSWERED, error: factsOfError(one.error) };
        const scored = judged(one.item, answerOf.get(one.position)!, request);
        const byModel = judge !== null && one.item.metric === "short-text" ? await judgedBy(judge, one, scored) : {};
        return { ...asked, ...scored, ...byModel, media: mediaOf(one.clip), error: null };
      }),
    ),
  );
  progress.advance(pending.length);
}

const UNANSWERED = {
  text: "",
  prediction: "",
  extraction: "",
  scores: {},
  format: 0,
  tokens: 0,
  stopReason: "error",
  logProb: 0,
  media: null,
} as const;

function factsOf({ item, position }: Ask) {
  const { sample, groups } = item;
  const { id, problemType, question, options, answer } = sample;
  return {
    position,
    sampleId: id,
    view: "",
    problemType,
    groups: { ...groups },
    question,
    options: [...options],
    answer,
    ...violationOf(sample.extra["violation"]),
  };
}

/** Lines of rows without one stay as they were. */
function violationOf(said: unknown): Pick<EvaluatedItem, "violation"> {
  const { success, data } = violationSchema.safeParse(said);
  return success ? { violation: data } : {};
}

function factsOfError({ file, place, reason, remedy }: MediaError) {
  return { file, place, reason, remedy };
}

function judged(item: BenchmarkItem, answer: Answer, { protocol }: PreparedEvaluation["request"]) {
  const { prediction, extraction, scores } = scoreItem(item, answer.text, protocol.extraction);
  return { ...answer, prediction, extraction, scores: { ...scores }, format: formatReward(answer.text) };
}

/** A model's verdict in the place of the rule's, which is kept beside it; every so-manieth is asked for twice. */
async function judgedBy(
  judge: AnswerJudge,
  { item, position }: Ask,
  { prediction, scores }: ReturnType<typeof judged>,
): Promise<Pick<EvaluatedItem, "extraction" | "scores">> {
  const input = { question: item.sample.question, truth: item.sample.answer, response: prediction };
  const verdict = await judge.judge(input);
  const again = position % ASKED_AGAIN_EVERY === 0 ? await judge.again?.(input) : undefined;
  return {
    extraction: `judged by ${judge.name}: ${verdict.why}`,
    scores: {
      ...verdictScores(input, verdict),
      "agrees with the rule": Number(verdict.correct === (scores["score"] === 1)),
      ...(again === undefined ? {} : { "agrees when asked again": Number(again.correct === verdict.correct) }),
    },
  };
}

function mediaOf({ kind, path, contentHash, width, height, secondsPerGrid, frames }: Clip): EvaluatedItem["media"] {
  return { kind, path, contentHash, width, height, secondsPerGrid, frames: [...frames] };
}

function resultOf(
  { request, benchmark, items }: PreparedEvaluation,
  candidates: readonly Candidate[],
): EvaluationResult {
  const { id, title, fileHash } = request.benchmark;
  return {
    version: EVALUATION_VERSION,
    benchmark: { id, title, fileHash, items: items.length },
    mainMetric: benchmark.mainMetric,
    protocol: request.protocol,
    models: request.models.map((model, index) => {
      const all = candidates[index]!.file.read();
      const views = request.protocol.views.map((view) => {
        const own = all.filter((item) => item.view === view).sort((a, b) => a.position - b.position);
        return [view, summariseView(own, benchmark.derived)] as const;
      });
      return { model, views: Object.fromEntries(views) };
    }),
  };
}
