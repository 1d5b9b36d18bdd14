/** Pretraining rows as the engine takes them: packed groups with token weights, and prompts to check what was learnt. */
import { setImmediate } from "node:timers/promises";
import type { Engine, Frames, Media, Model, PackedGroup, Prompt } from "../../native/types.ts";
import { extractAnswer } from "../../science/answers.ts";
import { smartResize } from "../../science/vision.ts";
import { pretrainingFrames, pretrainingRow, type RowShares } from "../samplepack/pretraining.ts";
import type { PretrainingRow, Segment } from "../samplepack/segments.ts";
import type { TextTokenizer } from "../data/tokens.ts";

/** What a row needs before the model sees it: drawn and resized ahead of time. */
export interface DrawnRow {
  readonly row: PretrainingRow;
  readonly frames: Frames | null;
}

export interface PretrainingBatch {
  readonly groups: readonly PackedGroup[];
  /** By group, then branch, `[tokens]`. */
  readonly weights: readonly (readonly Float32Array[])[];
  readonly media: readonly Media[];
}

/** Area of a frame as the model sees it, pixels: what the tokenizer's preprocessor files say. */
const FRAME_PIXELS = 84 * 84;
export const SECONDS_PER_GRID = 1;

/** Draws rows between the engine's calls: it lets others run after each row. */
export async function drawRows(
  engine: Engine,
  seed: number,
  from: number,
  count: number,
  shares: RowShares,
): Promise<DrawnRow[]> {
  const drawn: DrawnRow[] = [];
  for (let index = from; index < from + count; index++) {
    const row = pretrainingRow(seed, index, shares);
    const frames = pretrainingFrames(row);
    await setImmediate();
    if (frames === null) drawn.push({ row, frames });
    else {
      const size = smartResize(frames.height, frames.width, {
        minPixels: FRAME_PIXELS,
        maxPixels: FRAME_PIXELS * 1.05,
      });
      drawn.push({ row, frames: await engine.resize(frames, size) });
    }
  }
  return drawn;
}

export async function packRows(
  model: Model,
  tokenizer: TextTokenizer,
  drawn: readonly DrawnRow[],
): Promise<PretrainingBatch> {
  const media: Media[] = [];
  const groups: PackedGroup[] = [];
  const weights: Float32Array[][] = [];
  for (const { row, frames } of drawn) {
    const medium = await encoded(model, row, frames);
    if (medium !== null) media.push(medium);
    const branches = row.branches.map((branch) => tokenised(tokenizer, branch));
    groups.push({ prompt: promptOf(tokenizer, row.prefix, medium), completions: branches.map(({ ids }) => ids) });
    weights.push(branches.map((branch) => branch.weights));
  }
  return { groups, weights, media };
}

async function encoded(model: Model, row: PretrainingRow, frames: Frames | null): Promise<Media | null> {
  if (frames === null) return null;
  return model.encode(frames, { kind: row.clip!.medium, secondsPerGrid: SECONDS_PER_GRID });
}

/** A question of a row whose answer can be checked: what stands before the first taught piece, and what should follow. */
export interface CheckItem {
  readonly task: string;
  readonly prompt: Prompt;
  readonly expected: string;
  readonly media: Media | null;
}

export async function checkItems(
  model: Model,
  tokenizer: TextTokenizer,
  drawn: readonly DrawnRow[],
): Promise<CheckItem[]> {
  const items: CheckItem[] = [];
  for (const { row, frames } of drawn) {
    for (const branch of row.branches) {
      const first = branch.findIndex(({ weight }) => weight > 0);
      const given = branch.slice(0, first);
      const medium = await encoded(model, row, frames);
      const prompt = promptOf(tokenizer, row.prefix, medium);
      const ids = Int32Array.from([...prompt.ids, ...given.flatMap(({ text }) => tokenizer.encode(text))]);
      // Up to what is given again in the middle of a branch.
      const rest = branch.slice(first);
      const end = rest.findIndex(({ weight }) => weight === 0);
      const expected = (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text).join("");
      items.push({
        task: taskOf(row, given[0]?.text ?? "", expected),
        prompt: { ids, media: prompt.media },
        expected,
        media: medium,
      });
    }
  }
  return items;
}

/** Answers are compared by what stands in the answer tags, captions whole, unfinished branches by how they go on. */
export function isRight(item: CheckItem, text: string): boolean {
  const wanted = extractAnswer(item.expected);
  if (wanted !== "") return extractAnswer(text) === wanted;
  if (!item.expected.endsWith("<|im_end|>")) return text.startsWith(item.expected);
  return text.replace("<|im_end|>", "") === item.expected.replace("<|im_end|>", "");
}

function taskOf(row: PretrainingRow, opening: string, expected: string): string {
  if (row.kind !== "clip") return row.kind;
  if (opening.startsWith("Describe the")) return `caption of ${row.clip!.kind}`;
  if (opening.startsWith("Name")) return "following";
  if (opening.startsWith("Describe")) return "caption of a second";
  if (/<think>(Options.*\. )?(image|\d s)/.test(expected)) return "thought";
  if (opening.startsWith("What color")) return "color at a second";
  return opening.startsWith("Which shape") ? "shape at a second" : "place at a second";
}

function tokenised(tokenizer: TextTokenizer, branch: readonly Segment[]): { ids: Int32Array; weights: Float32Array } {
  const ids: number[] = [];
  const weights: number[] = [];
  for (const { text, weight } of branch) {
    for (const id of tokenizer.encode(text)) {
      ids.push(id);
      weights.push(weight);
    }
  }
  return { ids: Int32Array.from(ids), weights: Float32Array.from(weights) };
}

function promptOf(tokenizer: TextTokenizer, text: string, medium: Media | null): Prompt {
  const pad = tokenizer.specialId(`<|${medium?.kind ?? "video"}_pad|>`);
  const repeated = tokenizer
    .encode(text)
    .flatMap((id) => (id === pad ? new Array<number>(medium?.tokens ?? 0).fill(pad) : [id]));
  return { ids: Int32Array.from(repeated), media: medium === null ? [] : [medium] };
}
