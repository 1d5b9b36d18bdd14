/** Prompts and media out of the reference tensors: frames are recovered from the normalised patches, or are stored raw. */
import type { Frames, Media, Model, PackedGroup } from "../../native/types.ts";
import type { HalfError } from "./model-half.ts";
import { framesOf, tensorOf, type Tensor } from "./files.ts";

export interface Fingerprint {
  readonly shape: number[];
  readonly l2: number;
  readonly sum: number;
  readonly absmax: number;
  readonly at: number[];
  readonly values: number[];
}

export interface InputInfo {
  readonly second_per_grid_ts: number[] | null;
  readonly image_token_id: number;
  readonly video_token_id: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly loss_after_step: number;
  readonly adamw: { lr: number; beta1: number; beta2: number; eps: number; weight_decay: number; clip: number };
  readonly grads?: Readonly<Record<string, Fingerprint>>;
  readonly updated?: Readonly<Record<string, Fingerprint>>;
  readonly stop_eos: number;
  /** What transformers in bfloat16 differs by; not stated for every input. */
  readonly bf16?: HalfError;
}

export interface RowInput {
  /** Place of the row's first token in the padded batch. */
  readonly start: number;
  /** The whole sequence, and how much of it is the prompt. */
  readonly ids: Int32Array;
  readonly promptLength: number;
  readonly media: readonly Media[];
}

export interface ModelCase {
  readonly directory: string;
  readonly checkpoint: string;
  readonly input: string;
  readonly info: InputInfo;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly model: Model;
  readonly rows: readonly RowInput[];
}

const PATCH = 14;
const MERGE = 2;
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const DEVIATION = [0.26862954, 0.26130258, 0.27577711];

/** The unpadded rows of a case, with their media encoded. */
export async function buildInputs({ tensors, info, model }: ModelCase): Promise<RowInput[]> {
  const ids = tensorOf(tensors, "input_ids");
  const mask = tensorOf(tensors, "attention_mask").data as BigInt64Array;
  const promptMask = tensorOf(tensors, "gen.prompt_mask");
  const [count, length] = ids.shape as [number, number];
  const promptWidth = promptMask.shape[1]!;
  const pictures = mediaReader(tensors, "image");
  const videos = mediaReader(tensors, "video");
  const rows: RowInput[] = [];
  for (let row = 0; row < count; row++) {
    let start = 0;
    while (mask[row * length + start] === 0n) start++;
    const own = Int32Array.from((ids.data as BigInt64Array).subarray(row * length + start, (row + 1) * length), Number);
    const promptLength = (promptMask.data as BigInt64Array)
      .subarray(row * promptWidth, (row + 1) * promptWidth)
      .reduce((sum, value) => sum + Number(value), 0);
    const media: Media[] = [];
    for (let at = 0; at < own.length; at++) {
      const kind = own[at] === info.image_token_id ? "image" : own[at] === info.video_token_id ? "video" : null;
      if (kind === null) continue;
      const { frames, index } = (kind === "image" ? pictures : videos).next();
      const secondsPerGrid = kind === "video" ? (info.second_per_grid_ts?.[index] ?? 1) : undefined;
      const encoded = await model.encode(frames, { kind, secondsPerGrid });
      media.push(encoded);
      at += encoded.tokens - 1;
    }
    rows.push({ start, ids: own, promptLength, media });
  }
  return rows;
}

/** Row as a group: the prompt scored too, the answer as its one completion. */
export function asGroup(row: RowInput): PackedGroup {
  return {
    prompt: { ids: row.ids.slice(0, row.promptLength), media: row.media },
    completions: [row.ids.slice(row.promptLength)],
    scorePrompt: true,
  };
}

function mediaReader(tensors: ReadonlyMap<string, Tensor>, kind: "image" | "video") {
  const grids = tensors.get(`${kind}_grid_thw`);
  const pixels = tensors.get(kind === "image" ? "pixel_values" : "pixel_values_videos");
  let index = 0;
  let patch = 0;
  return {
    next(): { frames: Frames; index: number } {
      const raw = tensors.get(`raw.${kind}.${index}`);
      if (pixels === undefined && raw !== undefined) return { frames: framesOf(raw), index: index++ };
      if (grids === undefined || pixels === undefined)
        throw new Error(`the vectors hold no ${kind}, but the ids name one`);
      const grid = (grids.data as BigInt64Array).subarray(index * 3, index * 3 + 3);
      const [time, height, width] = [Number(grid[0]), Number(grid[1]), Number(grid[2])] as const;
      const frames = unpatch(pixels.data as Float32Array, patch, time, height, width, kind === "image" ? 1 : 2);
      patch += time * height * width;
      return { frames, index: index++ };
    },
  };
}

/** Undoes normalisation and patch order: exact, because the pictures had 8 bits. */
function unpatch(
  pixels: Float32Array,
  firstPatch: number,
  time: number,
  rows: number,
  columns: number,
  perGrid: number,
): Frames {
  const height = rows * PATCH;
  const width = columns * PATCH;
  const count = time * perGrid;
  const data = new Uint8Array(count * height * width * 3);
  let patch = firstPatch;
  for (let t = 0; t < time; t++) {
    for (let block = 0; block < (rows / MERGE) * (columns / MERGE); block++) {
      for (let inside = 0; inside < MERGE * MERGE; inside++, patch++) {
        const row = Math.floor(block / (columns / MERGE)) * MERGE + Math.floor(inside / MERGE);
        const column = (block % (columns / MERGE)) * MERGE + (inside % MERGE);
        for (let c = 0; c < 3; c++)
          for (let f = 0; f < perGrid; f++)
            for (let y = 0; y < PATCH; y++)
              for (let x = 0; x < PATCH; x++) {
                const value = pixels[patch * 6 * PATCH * PATCH + ((c * 2 + f) * PATCH + y) * PATCH + x]!;
                const pixel = ((t * perGrid + f) * height + row * PATCH + y) * width + column * PATCH + x;
                data[pixel * 3 + c] = Math.round((value * DEVIATION[c]! + MEAN[c]!) * 255);
              }
      }
    }
  }
  return { data, count, height, width };
}
