/** Preference pairs and the verdicts behind them, as the journal keeps them. */
import type { EventBody } from "../../contract/journal.ts";
import type { DpoStageSettings } from "../../science/settings.ts";
import type { Journal } from "../run/journal.ts";
import type { PreferenceMaterial, TokenPair, VerifiedGroup } from "./preference-material.ts";

/** What becomes of a pair in update `step`. */
export interface PairUse {
  readonly step: number;
  /** Null: listed before the first update, perhaps never used. */
  readonly usedAtStep: number | null;
  /** beta times how far the policy has moved towards the chosen side, nats. */
  readonly margin: number | null;
}

/** Every verdict and every pair before the first update, so that those that no update uses are seen too. */
export function journalStart(
  journal: Journal,
  stage: DpoStageSettings,
  { pairs, verified, metrics, run }: PreferenceMaterial,
  step: number,
): void {
  for (const group of verified) journal.append(verdictsEvent(group, run, stage, step));
  for (const pair of pairs) journalPair(journal, stage, pair, run, { step, usedAtStep: null, margin: null });
  const counts = Object.entries(metrics)
    .filter(([metric]) => metric.startsWith("pairs/") && metric !== "pairs/all")
    .map(([metric, count]) => `${metric.slice("pairs/".length)} ${count}`);
  const from = `stage ${stage.rolloutsOf}${run === null ? "" : ` of run ${run}`}`;
  const message =
    `Stage ${stage.name} has ${pairs.length} preference pairs from the rollouts of ${from} (${counts.join(", ")}).` +
    (pairs.length === 0 ? " Its updates change nothing: give that stage more updates or prompts." : "");
  journal.append({ type: "notice", level: pairs.length === 0 ? "warning" : "info", message, step });
}

/** @param run Whose rollouts they are; null: this run's. */
export function journalPair(
  journal: Journal,
  stage: DpoStageSettings,
  { earlier, pair }: TokenPair,
  run: string | null,
  use: PairUse,
): void {
  const { kind, verdict, rationale, chosen, rejected } = pair;
  const rollouts = { group: earlier.group.group, chosen: chosen.index, rejected: rejected.index };
  const texts = {
    ...(chosen.composed === null ? {} : { chosenText: chosen.composed }),
    ...(rejected.composed === null ? {} : { rejectedText: rejected.composed }),
  };
  const about = { ...(run === null ? {} : { run }), stage: stage.name, kind, verdict, rationale, ...texts };
  journal.append({ type: "preference_pair", ...rollouts, ...about, ...use });
}

function verdictsEvent(
  { group, rollouts }: VerifiedGroup,
  run: string | null,
  stage: DpoStageSettings,
  step: number,
): EventBody<"verdicts"> {
  return {
    type: "verdicts",
    step,
    stage: stage.name,
    ...(run === null ? {} : { run }),
    group,
    judge: rollouts[0]?.judge ?? "",
    secondJudge: stage.secondJudge?.name ?? null,
    rollouts: rollouts.map((one) => ({
      index: one.rollout.index,
      accuracy: one.accuracy.passed,
      consistency: one.consistency.passed,
      repetition: one.repetition.passed,
      length: one.length.passed,
      thinkingTokens: one.thinkingTokens,
      derivedAnswer: one.derivedAnswer,
      why: one.consistency.why,
      secondConsistency: one.secondConsistency,
    })),
  };
}
