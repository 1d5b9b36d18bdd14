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

/** In each of `processes` that train together: every one has all weights, and its part of the optimiser's state. */
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
  const trains = ({ name }: TensorShape): boolean =>
    trainable && lora === null && !(choices.frozenVision && name.startsWith("visual."));
  const add = (count: number, matrix: boolean, learns: boolean): void => {
    if (!matrix || !half || learns) wide += count;
    if (matrix && half) {
      if (!learns && choices.checkpointIsHalf) mapped += count;
      else halves += count;
    }
    if (!learns) return;
    state += count;
    blocks += Math.ceil(count / QUANTISED_BLOCK);
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
    add(countOf(tensor), tensor.shape.length > 1, trains(tensor));
  }
  for (const { shape } of lora === null ? [] : adapted(architecture)) {
    align();
    for (const side of shape) addAdapter(side * lora!.rank);
  }
  align();
  function addAdapter(count: number): void {
    align();
    wide += count;
    state += count;
    blocks += Math.ceil(count / QUANTISED_BLOCK);
  }
  const optimiser = choices.optimizer === "8bit" ? 8 * Math.ceil(state / 4) + 8 * blocks : 8 * state;
  return {
    weights: 4 * wide + 2 * halves,
    mappedWeights: 2 * mapped,
    gradients: 4 * state,
    optimiser: state ? optimiser / processes : 0,
  };
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
