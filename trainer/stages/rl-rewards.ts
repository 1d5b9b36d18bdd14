/** A step's rewards and advantages: named parts of each rollout, the gate of each prompt, advantages over group or batch. */
import { advantagesOf, type AdvantageMode } from "../../science/advantages.ts";
import { RandomStream } from "../../science/rng.ts";
import type { RlStageSettings } from "../../science/settings.ts";
import { shapeGroup, type GroupOutcome } from "../../science/tgrpo.ts";
import type { PromptRollouts } from "../rollouts.ts";

export interface ShapedPrompt {
  readonly prompt: PromptRollouts;
  readonly outcome: GroupOutcome;
}

/** These look at the whole batch, not at one group. */
const OVER_THE_BATCH: readonly AdvantageMode[] = ["batch", "normalize_then_sum", "rloo_normalized"];

export function shapeStep(
  prompts: readonly PromptRollouts[],
  stage: RlStageSettings,
  seed: number,
  step: number,
): ShapedPrompt[] {
  const shaped = prompts.map((prompt): ShapedPrompt => {
    const { rollouts, prepared } = prompt.ordered;
    const count = rollouts.length;
    // The control gives each rollout another one's rewards; what was really right stays in `correct`.
    const source = stage.permuteRewards
      ? new RandomStream("permute", seed, step, prompt.position, prepared.sample.id).permutation(count)
      : rollouts.map((_, index) => index);
    const scores = {
      accuracies: source.map((index) => rollouts[index]!.accuracy),
      formats: source.map((index) => rollouts[index]!.format),
      tokenCounts: source.map((index) => rollouts[index]!.completion.ids.length),
      shuffledAccuracies: prompt.shuffled?.rollouts.map(({ accuracy }) => accuracy) ?? null,
    };
    const { temporal, length, advantage, advantageEpsilon } = stage;
    return { prompt, outcome: shapeGroup(scores, { temporal, length, advantage, epsilon: advantageEpsilon }) };
  });
  return OVER_THE_BATCH.includes(stage.advantage) ? overTheBatch(shaped, stage) : shaped;
}

function overTheBatch(shaped: readonly ShapedPrompt[], stage: RlStageSettings): ShapedPrompt[] {
  const groupSize = shaped[0]?.outcome.rewards.length ?? 1;
  const names = [...new Set(shaped.flatMap(({ outcome }) => outcome.parts.flatMap((part) => Object.keys(part))))];
  const table = shaped.flatMap(({ outcome }) => outcome.parts.map((part) => names.map((name) => part[name] ?? 0)));
  const { advantages } = advantagesOf(table, { mode: stage.advantage, groupSize, epsilon: stage.advantageEpsilon });
  return shaped.map(({ prompt, outcome }, group) => {
    const own = advantages.slice(group * groupSize, (group + 1) * groupSize);
    const { gate } = outcome;
    const bonus = gate !== null && gate.apply === "advantage" ? new Set(gate.eligible) : new Set<number>();
    const withBonus = own.map((value, index) => value + (bonus.has(index) ? gate!.alpha : 0));
    return { prompt, outcome: { ...outcome, advantages: withBonus } };
  });
}
