/** From a sample, its clip and a view to what the engine is given: ids with every placeholder repeated, and the medium. */
import type { FrameRef } from "../../contract/journal.ts";
import type { Frames, Media, Model, Prompt } from "../../native/types.ts";
import { chatMessages, promptHash, type PromptTemplate } from "../../science/prompts.ts";
import type { Sample } from "../../science/records.ts";
import { MERGED_PATCH } from "../../science/vision.ts";
import type { View } from "../../science/views.ts";
import type { Clip } from "../media/clips.ts";
import type { TextTokenizer } from "./tokens.ts";

/** One sample under one view, known to the engine. `media` must be disposed of. */
export interface PreparedPrompt {
  readonly sample: Sample;
  readonly clip: Clip;
  readonly view: View;
  readonly prompt: Prompt;
  readonly media: Media;
  /** As the chat template gave it, with one placeholder. */
  readonly text: string;
  /** For each frame of the view, the first and last + 1 of its tokens in the prompt; two frames share a grid's. */
  readonly tokenSpans: readonly [number, number][];
}

export class Prompter {
  readonly template: PromptTemplate;
  readonly hash: string;
  readonly stopIds: readonly number[];
  /** Marks of vision: never sampled. */
  readonly bannedIds: readonly number[];
  readonly tokenizer: TextTokenizer;
  /** Templates are slow to render, and both views of a sample share their text. */
  readonly #texts = new WeakMap<Sample, { text: string; ids: readonly number[] }>();
  readonly #placeholder: Readonly<Record<"image" | "video", number>>;

  constructor(tokenizer: TextTokenizer, template: PromptTemplate) {
    const id = (name: string): number => tokenizer.specialId(name);
    this.tokenizer = tokenizer;
    this.template = template;
    this.hash = promptHash(template);
    this.stopIds = [id("<|im_end|>"), id("<|endoftext|>")];
    this.#placeholder = { image: id("<|image_pad|>"), video: id("<|video_pad|>") };
    this.bannedIds = [
      id("<|vision_start|>"),
      id("<|vision_end|>"),
      ...["<|vision_pad|>"].flatMap((name) => optional(tokenizer, name)),
      this.#placeholder.image,
      this.#placeholder.video,
    ];
  }

  /** @throws Error when this tokenizer is not the one that the model's `config.json` was written for. */
  checkModel(model: Pick<Model, "config">, tokenizerFolder: string): void {
    const config = model.config as Record<string, unknown>;
    const text = (config["text_config"] ?? config) as Record<string, unknown>;
    const vocabulary = Number(text["vocab_size"] ?? config["vocab_size"]);
    const refuse = (what: string): Error =>
      new Error(
        `${tokenizerFolder}/tokenizer.json does not match the model: ${what}. Use the tokenizer that came with the weights.`,
      );
    for (const kind of ["image", "video"] as const) {
      const wanted = config[`${kind}_token_id`];
      const given = this.#placeholder[kind];
      if (wanted !== given) {
        throw refuse(`its <|${kind}_pad|> is token ${given}, but config.json says ${kind}_token_id ${String(wanted)}`);
      }
    }
    const outside = [...this.stopIds, ...this.bannedIds].find((id) => id >= vocabulary);
    if (outside !== undefined) throw refuse(`it has a token ${outside}, but the vocabulary ends at ${vocabulary}`);
  }

  /** True for the repeated marks that stand for a medium. */
  isPlaceholder(id: number): boolean {
    return id === this.#placeholder.image || id === this.#placeholder.video;
  }

  /** Shows the engine the view's frames (`known` where it has them) and builds the prompt up to the assistant's turn. */
  async prepare(model: Model, sample: Sample, clip: Clip, view: View, known?: Media): Promise<PreparedPrompt> {
    const { kind, secondsPerGrid } = clip;
    const media = known ?? (await model.encode(framesFor(clip, view), { kind, secondsPerGrid }));
    const { text, ids: withOne } = this.#rendered(sample);
    const { ids, start } = this.#expand(withOne, media);
    const perGrid = (clip.height / MERGED_PATCH) * (clip.width / MERGED_PATCH);
    const tokenSpans = clip.frames.map((_, place): [number, number] => {
      const grid = Math.floor(place / 2);
      return [start + grid * perGrid, start + (grid + 1) * perGrid];
    });
    return { sample, clip, view, prompt: { ids, media: [media] }, media, text, tokenSpans };
  }

  /** The question without its medium: what can be answered from the words alone. */
  questionOnly(sample: Sample): { prompt: Prompt } {
    const messages = chatMessages(sample, this.template, { withMedium: false });
    const ids = this.tokenizer.encode(this.tokenizer.renderChat(messages, { addGenerationPrompt: true }));
    return { prompt: { ids: Int32Array.from(ids), media: [] } };
  }

  /** The same prompt for another model, which sees the same frames through its own vision tower. */
  async showTo(model: Model, { clip, view, prompt }: PreparedPrompt): Promise<{ prompt: Prompt; media: Media }> {
    const media = await model.encode(framesFor(clip, view), { kind: clip.kind, secondsPerGrid: clip.secondsPerGrid });
    return { prompt: { ids: prompt.ids, media: [media] }, media };
  }

  /** Text of a completion without its end mark. */
  completionText(ids: Int32Array): string {
    const last = ids.at(-1);
    return this.tokenizer.decode(last !== undefined && this.stopIds.includes(last) ? ids.subarray(0, -1) : ids);
  }

  #rendered(sample: Sample): { text: string; ids: readonly number[] } {
    const known = this.#texts.get(sample);
    if (known !== undefined) return known;
    const text = this.tokenizer.renderChat(chatMessages(sample, this.template), { addGenerationPrompt: true });
    const rendered = { text, ids: this.tokenizer.encode(text) };
    this.#texts.set(sample, rendered);
    return rendered;
  }

  #expand(ids: readonly number[], media: Media): { ids: Int32Array; start: number } {
    const placeholder = this.#placeholder[media.kind];
    const start = ids.indexOf(placeholder);
    if (start === -1 || ids.indexOf(placeholder, start + 1) !== -1) {
      throw new Error(
        `The chat template did not give exactly one ${media.kind} placeholder: use the template of a Qwen2.5-VL checkpoint.`,
      );
    }
    const expanded = new Int32Array(ids.length - 1 + media.tokens).fill(placeholder);
    expanded.set(ids.slice(0, start));
    expanded.set(ids.slice(start + 1), start + media.tokens);
    return { ids: expanded, start };
  }
}

function framesFor(clip: Clip, view: View): Frames {
  return { data: viewPixels(clip, view), count: clip.frames.length, height: clip.height, width: clip.width };
}

/** Frames in the view's order, masked ones as flat grey: `[frames, height, width, 3]`. */
export function viewPixels(clip: Clip, view: View): Uint8Array {
  if (view.permutation === null && view.masked.length === 0) return clip.pixels;
  const frameBytes = clip.width * clip.height * 3;
  const pixels = new Uint8Array(clip.pixels.length);
  const order = view.permutation ?? clip.frames.map((_, place) => place);
  order.forEach((frame, place) => {
    pixels.set(clip.pixels.subarray(frame * frameBytes, (frame + 1) * frameBytes), place * frameBytes);
  });
  for (const place of view.masked) pixels.fill(128, place * frameBytes, (place + 1) * frameBytes);
  return pixels;
}

function optional(tokenizer: TextTokenizer, name: string): number[] {
  try {
    return [tokenizer.specialId(name)];
  } catch {
    return [];
  }
}

/** The frames in the order in which the view shows them. */
export function framesOfView(clip: Clip, view: View): FrameRef[] {
  const order = view.permutation ?? clip.frames.map((_, place) => place);
  return order.map((frame) => clip.frames[frame]!);
}
