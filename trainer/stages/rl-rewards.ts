/** A step's rewards and advantages: named parts of each rollout, the gate of each prompt, advantages over group or batch. */
import { advantagesOverBatch } from "../../science/rewards/batch.ts";
import { scoreGroup, type GroupOutcome } from "../../science/rewards/group.ts";
import { scoreRollout, type RewardGroup } from "../../science/rewards/reward.ts";
import { RandomStream } from "../../science/rng.ts";
import type { RlStageSettings } from "../../science/settings.ts";
import type { PromptRollouts } from "./rollouts.ts";

export interface ShapedPrompt {
  readonly prompt: PromptRollouts;
  readonly outcome: GroupOutcome;
  /** Of each rollout on shuffled frames: the parts that look at one rollout. Shown, never trained on. */
  readonly shuffledParts: readonly Readonly<Record<string, number>>[];
}

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
    const group: RewardGroup = {
      sample: prepared.sample,
      rollouts: source.map((index) => rollouts[index]!),
      shuffled: prompt.shuffled?.rollouts ?? null,
    };
    return {
      prompt,
      outcome: scoreGroup(group, stage.rewards, { advantage: stage.advantage, epsilon: stage.advantageEpsilon }),
      shuffledParts: group.shuffled?.map((rollout) => scoreRollout(stage.rewards, rollout, group.sample)) ?? [],
    };
  });
  const outcomes = advantagesOverBatch(
    shaped.map(({ outcome }) => outcome),
    { advantage: stage.advantage, epsilon: stage.advantageEpsilon },
  );
  return shaped.map((item, place) => ({ ...item, outcome: outcomes[place]! }));
}
