/** When a run measures itself: at its start, at intervals on validation, and at the end of each stage on everything. */
import type { Model } from "../../native/types.ts";
import type { RunContext } from "../run/context.ts";
import { evaluate, type EvaluationSplit } from "./evaluate.ts";

export interface Measuring {
  readonly stage: string;
  /** Where this attempt starts. */
  readonly fromStep: number;
  readonly phase: (detail: string) => void;
}

/** The policy that the run starts from: validation and held-out. */
export async function measureStart(
  context: RunContext,
  policy: Model,
  step: number,
  measuring: Measuring,
): Promise<void> {
  if (step > 0) return;
  await measure(context, policy, step, { ...measuring, label: "initial", split: "validation", whole: false });
  await measure(context, policy, step, { ...measuring, label: "initial", split: "heldout", whole: true });
}

/** Validation on ordered frames; true when something was measured. */
export function measureInterval(
  context: RunContext,
  policy: Model,
  step: number,
  measuring: Measuring,
): Promise<boolean> {
  return measure(context, policy, step, { ...measuring, label: measuring.stage, split: "validation", whole: false });
}

export async function measureEnds(
  context: RunContext,
  policy: Model,
  step: number,
  measuring: Measuring,
): Promise<void> {
  await measure(context, policy, step, { ...measuring, label: measuring.stage, split: "validation", whole: false });
  await measure(context, policy, step, { ...measuring, label: measuring.stage, split: "heldout", whole: true });
}

interface Measurement extends Measuring {
  readonly label: string;
  readonly split: EvaluationSplit;
  /** All items, and every view unless the settings leave the others out. */
  readonly whole: boolean;
}

/** False when there is nothing to measure or an earlier attempt did it at this step. */
async function measure(context: RunContext, policy: Model, step: number, how: Measurement): Promise<boolean> {
  const { label, split, whole, stage, phase, fromStep } = how;
  const samples = split === "heldout" ? context.samples.heldOut : context.samples.validation;
  // Only what was measured where this attempt starts still holds; later steps are done again.
  const isKnown = step === fromStep && context.journal.before.evaluations.has(`${label}/${split}@${step}`);
  if (samples.length === 0 || isKnown) return false;
  const name = split === "heldout" ? "held-out" : split;
  phase(`${name} questions, ${label === "initial" ? "before training" : `after ${stage} step ${step}`}`);
  const started = performance.now();
  const items = whole ? 0 : context.settings.evaluation.items;
  const result = await evaluate(context, policy, {
    label,
    split,
    samples,
    items,
    step,
    views: whole && context.settings.evaluation.contrasts ? ["shuffled", "question-only"] : [],
    onProgress: (done, total) => context.say(`  ${name}: ${done} of ${total} questions`),
  });
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const shuffled = result.accuracyShuffled === null ? "" : `, shuffled ${percent(result.accuracyShuffled)}`;
  const blind = result.accuracyQuestionOnly ?? null;
  const alone = blind === null ? "" : `, question alone ${percent(blind)}`;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  context.say(
    `${name} (${label}, step ${step}): accuracy ${percent(result.accuracy)}${shuffled}${alone}, ` +
      `format ${percent(result.formatRate)}, ${result.n} questions in ${seconds} s`,
  );
  return true;
}
