/** What a step's rollouts say, under the names of TRL and verl where they have one. docs/journal.md lists them all. */
import type { RlStageSettings } from "../../science/settings.ts";
import type { PromptRollouts, Rollout } from "./rollouts.ts";
import type { ShapedPrompt } from "./rl-rewards.ts";

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

export function rolloutMetrics(
  prompts: readonly PromptRollouts[],
  shaped: readonly ShapedPrompt[],
  stage: RlStageSettings,
): Record<string, number> {
  const outcomes = shaped.map(({ outcome }) => outcome);
  const ordered = prompts.flatMap((prompt) => prompt.ordered.rollouts);
  const shuffled = prompts.flatMap((prompt) => prompt.shuffled?.rollouts ?? []);
  const metrics: Record<string, number> = {
    reward: mean(outcomes.flatMap(({ rewards }) => rewards)),
    reward_std: mean(outcomes.map(({ rewardStd }) => rewardStd)),
    frac_reward_zero_std: mean(outcomes.map(({ dead }) => Number(dead))),
    "accuracy/ordered": mean(ordered.map(({ accuracy }) => accuracy)),
    ...rewardParts(shaped),
    ...lengths(ordered),
  };
  if (shuffled.length > 0) {
    metrics["accuracy/shuffled"] = mean(shuffled.map(({ accuracy }) => accuracy));
    Object.assign(metrics, contrast(prompts, shaped, stage));
  }
  return metrics;
}

function rewardParts(shaped: readonly ShapedPrompt[]): Record<string, number> {
  const parts = shaped.flatMap(({ outcome }) => outcome.parts);
  const names = [...new Set(parts.flatMap((part) => Object.keys(part)))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = parts.flatMap((part) => (name in part ? [part[name]!] : []));
      return [[`rewards/${name}/mean`, mean(values)] as const, [`rewards/${name}/std`, deviation(values)] as const];
    }),
  );
}

function lengths(rollouts: readonly Rollout[]): Record<string, number> {
  const all = rollouts.map(({ completion }) => completion.ids.length);
  const ended = rollouts
    .filter(({ completion }) => completion.stopReason === "stop")
    .map(({ completion }) => completion.ids.length);
  return {
    "completions/mean_length": mean(all),
    "completions/min_length": Math.min(...all),
    "completions/max_length": Math.max(...all),
    "completions/clipped_ratio": 1 - ended.length / all.length,
    "completions/mean_terminated_length": ended.length > 0 ? mean(ended) : 0,
  };
}

/** Over video prompts with both groups only; pictures have no contrast and are left out. */
function contrast(
  prompts: readonly PromptRollouts[],
  shaped: readonly ShapedPrompt[],
  stage: RlStageSettings,
): Record<string, number> {
  const pairs = prompts.filter(({ shuffled }) => shuffled !== null);
  const gates = shaped.flatMap(({ outcome }) => (outcome.gate === null ? [] : [outcome.gate]));
  const rolloutsOfPairs = pairs.reduce((sum, { ordered }) => sum + ordered.rollouts.length, 0);
  const unmoved = pairs.filter(({ shuffled }) => shuffled!.prepared.view.identity).length;
  return {
    "temporal/accuracy_ordered": mean(pairs.flatMap(({ ordered }) => ordered.rollouts.map(({ accuracy }) => accuracy))),
    "temporal/accuracy_shuffled": mean(
      pairs.flatMap(({ shuffled }) => shuffled!.rollouts.map(({ accuracy }) => accuracy)),
    ),
    "temporal/identity_rate": unmoved / pairs.length,
    ...(stage.temporal.enabled && gates.length > 0
      ? {
          "temporal/p": mean(gates.map(({ p }) => p)),
          "temporal/p_shuffled": mean(gates.map(({ pShuffled }) => pShuffled)),
          "temporal/gate_rate": mean(gates.map(({ passed }) => Number(passed))),
          "temporal/bonus_rate": gates.reduce((sum, { eligible }) => sum + eligible.length, 0) / rolloutsOfPairs,
        }
      : {}),
  };
}

export function sampledTokens(prompts: readonly PromptRollouts[]): number {
  const groups = prompts.flatMap(({ ordered, shuffled }) => (shuffled === null ? [ordered] : [ordered, shuffled]));
  return groups.flatMap(({ rollouts }) => rollouts).reduce((sum, { completion }) => sum + completion.ids.length, 0);
}

/**
 * How far the sampler's log-probabilities lie from the trainer's for the same weights and tokens, nats.
 * @param trained By group and rollout, `[tokens]`.
 */
export function mismatch(
  prompts: readonly PromptRollouts[],
  trained: readonly (readonly Float32Array[])[],
): Record<string, number> {
  let sum = 0;
  let largest = 0;
  let count = 0;
  prompts.forEach(({ ordered }, group) =>
    ordered.rollouts.forEach(({ completion }, row) =>
      completion.logProbs.forEach((value, token) => {
        const difference = Math.abs(value - trained[group]![row]![token]!);
        sum += difference;
        largest = Math.max(largest, difference);
        count++;
      }),
    ),
  );
  return {
    "sampling/sampling_logp_difference/mean": sum / Math.max(1, count),
    "sampling/sampling_logp_difference/max": largest,
  };
}
