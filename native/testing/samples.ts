/** The reference inputs of the tiny checkpoint as prompts and batches of the engine. */
import type { Batch, Frames, Media, Model, Prompt } from "../types.ts";
import { type OracleTensor, integers, oracleTensors } from "./oracle.ts";

export type Tensors = ReadonlyMap<string, OracleTensor>;

export interface Sample {
  readonly tensors: Tensors;
  readonly prompt: Prompt;
  /** The whole sequence, and the part that generation starts from. */
  readonly whole: Prompt;
  readonly labels: Int32Array;
  /** The answer, where labels are: tokens answerBegin .. answerEnd - 1. */
  readonly answerBegin: number;
  readonly answerEnd: number;
}

function framesOf(tensor: OracleTensor): Frames {
  const shape = tensor.shape.length === 3 ? [1, ...tensor.shape] : tensor.shape;
  const [count, height, width] = shape as [number, number, number];
  return { data: tensor.values as Uint8Array, count, height, width };
}

/** `kind` names the reference file: its picture or clip is encoded with the model. */
export async function loadSample(model: Model, kind: "image" | "video", secondsPerGrid = 1): Promise<Sample> {
  const tensors = oracleTensors("model", "tiny-qwen25vl", `${kind}.safetensors`);
  const raw = tensors.get(`raw.${kind}.0`) as OracleTensor;
  const media: Media[] = [await model.encode(framesOf(raw), { kind, secondsPerGrid })];
  const ids = integers(tensors, "input_ids");
  const promptIds = integers(tensors, "gen.prompt_ids");
  const labels = integers(tensors, "labels");
  const answerBegin = labels.findIndex((label) => label !== -100);
  const answerEnd = labels.findLastIndex((label) => label !== -100) + 1;
  return { tensors, prompt: { ids: promptIds, media }, whole: { ids, media }, labels, answerBegin, answerEnd };
}

/** The sequence as a prompt and one completion that starts where the labels do. */
export function answerBatch(sample: Sample): Batch {
  const { ids, media } = sample.whole;
  return [
    {
      prompt: { ids: ids.slice(0, sample.answerBegin), media },
      completions: [ids.slice(sample.answerBegin, sample.answerEnd)],
    },
  ];
}
