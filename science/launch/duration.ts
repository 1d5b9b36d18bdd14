/** How long a run would take, from runs that were there before. */
import type { StageShape } from "./shape.ts";

/** A stage of an earlier run, with the time that its updates took. */
export interface StageTiming {
  readonly run: string;
  readonly device: string;
  readonly parameters: number;
  readonly shape: StageShape;
  /** Median over its newest updates. */
  readonly secondsPerStep: number;
}

export interface DurationEstimate {
  readonly stage: string;
  readonly secondsPerStep: number;
  readonly seconds: number;
  /** An earlier run had exactly this shape; otherwise the time was scaled by tokens and parameters. */
  readonly exact: boolean;
  /** Runs that the estimate was taken from. */
  readonly runs: readonly string[];
}

const work = ({ sequences, tokens }: StageShape): number => sequences * tokens;
const sameShape = (a: StageShape, b: StageShape): boolean =>
  a.sequences === b.sequences && a.trained === b.trained && a.tokens === b.tokens;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Earlier stages that are of use, at most: the newest say most about the machine as it is now. */
const USED = 5;

/**
 * Time of one stage, from earlier stages of the same kind on the same device, newest first. Those of the same shape and
 * model size where there are some; else all, scaled by tokens an update and by parameters. Null without any.
 */
export function estimateDuration(
  stage: StageShape,
  parameters: number | null,
  device: string,
  earlier: readonly StageTiming[],
): DurationEstimate | null {
  const alike = earlier.filter(({ shape, device: where }) => shape.kind === stage.kind && where === device);
  const same = alike.filter((timing) => sameShape(timing.shape, stage) && timing.parameters === parameters);
  const used = (same.length > 0 ? same : alike).slice(0, USED);
  if (used.length === 0) return null;
  const seconds = used.map(({ secondsPerStep, shape, parameters: size }) => {
    if (same.length > 0) return secondsPerStep;
    const larger = parameters === null || size === 0 ? 1 : parameters / size;
    return secondsPerStep * (work(stage) / work(shape)) * larger;
  });
  const secondsPerStep = median(seconds);
  return {
    stage: stage.name,
    secondsPerStep,
    seconds: secondsPerStep * stage.steps,
    exact: same.length > 0,
    runs: used.map(({ run }) => run),
  };
}
