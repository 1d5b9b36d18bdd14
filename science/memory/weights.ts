/** Bytes of a model's weights, gradients and optimiser, as the engine lays them out (native/src/model/parameters.cpp). */
import type { Architecture, TensorShape } from "./architecture.ts";
import { LORA_TARGETS, type ModelChoices } from "./choices.ts";

export interface WeightBytes {
  readonly weights: number;
  /** Pages of the checkpoint's file: resident, but the system may drop and read them again. */
  readonly mappedWeights: number;
  readonly gradients: number;
  readonly optimiser: number;
}

const ALIGNED = 16;
const QUANTISED_BLOCK = 256;

/**
 * In each of `processes` that train together: all weights, and its part of what trains them. Gradients of a team are summed
 * part by part of the network, in a bucket that holds the largest (native/src/model/gradients.cpp).
 */
export function weightBytes(
  architecture: Architecture,
  choices: ModelChoices,
  trainable: boolean,
  processes = 1,
): WeightBytes {
  const lora = trainable ? choices.lora : null;
  const half = choices.precision === "bf16";
  let wide = 0;
  let halves = 0;
  let mapped = 0;
  let state = 0;
  let blocks = 0;
  let masters = false;
  const units = new Map<string, number>();
  const trains = ({ name }: TensorShape): boolean =>
    trainable && lora === null && !(choices.frozenVision && name.startsWith("visual."));
  const learn = (name: string, count: number): void => {
    state += count;
    blocks += Math.ceil(count / QUANTISED_BLOCK);
    const unit = unitOf(name);
    units.set(unit, roundUp(units.get(unit) ?? 0) + count);
  };
  const add = (name: string, count: number, matrix: boolean, learns: boolean): void => {
    if (!matrix || !half) wide += count;
    else if (!learns && choices.checkpointIsHalf) mapped += count;
    else halves += count;
    if (!learns) return;
    masters ||= matrix && half;
    learn(name, count);
  };
  let group = -1;
  const align = (): void => {
    wide = roundUp(wide);
    halves = roundUp(halves);
    state = roundUp(state);
  };
  for (const tensor of architecture.tensors) {
    if (tensor.group !== group) align();
    group = tensor.group;
    add(tensor.name, countOf(tensor), tensor.shape.length > 1, trains(tensor));
  }
  for (const { name, shape } of lora === null ? [] : adapted(architecture))
    for (const side of shape) {
      align();
      wide += side * lora!.rank;
      learn(name, side * lora!.rank);
    }
  align();
  const own = state / processes;
  const optimiser = choices.optimizer === "8bit" ? 8 * Math.ceil(own / 4) + (8 * blocks) / processes : 8 * own;
  return {
    weights: 4 * wide + 2 * halves + (masters ? 4 * own : 0),
    mappedWeights: 2 * mapped,
    gradients: 4 * (own + (processes > 1 ? bucket(architecture, units) : 0)),
    optimiser: state ? optimiser : 0,
  };
}

/** What a backward pass completes at once: a layer, a block of the tower, an end of one of them. */
function unitOf(name: string): string {
  return (
    /^(model\.layers\.\d+|visual\.blocks\.\d+|visual\.merger|visual|model\.embed_tokens)/.exec(name)?.[0] ?? "head"
  );
}

/** Elements. An embedding that is the head too takes gradients from the first product to the last, beside the others. */
function bucket({ text }: Architecture, units: ReadonlyMap<string, number>): number {
  const kept = text.tied ? (units.get("model.embed_tokens") ?? 0) : 0;
  const others = [...units].filter(([name]) => kept === 0 || name !== "model.embed_tokens");
  return roundUp(kept) + Math.max(0, ...others.map(([, count]) => roundUp(count)));
}

/** Matrices that adapters stand on. */
export function adapted(architecture: Architecture): TensorShape[] {
  return architecture.tensors.filter(
    ({ name }) => name.startsWith("model.layers.") && LORA_TARGETS.some((target) => name.endsWith(`.${target}.weight`)),
  );
}

function countOf({ shape }: TensorShape): number {
  return shape.reduce((product, size) => product * size, 1);
}

function roundUp(count: number): number {
  return Math.ceil(count / ALIGNED) * ALIGNED;
}
