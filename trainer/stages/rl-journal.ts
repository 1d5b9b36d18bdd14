/** Writes a step's groups and rollouts with their per-token arrays into the journal. */
import { violationSchema, type Augmentation, type EventBody, type Violation } from "../../contract/journal.ts";
import type { Sample } from "../../science/records.ts";
import type { Journal } from "../run/journal.ts";
import { framesOfView, type Prompter } from "../data/prompting.ts";
import type { Rollout, RolloutGroup } from "./rollouts.ts";
import type { ShapedPrompt } from "./rl-rewards.ts";

/** Of the first update, by group and rollout, `[tokens]` each. */
export interface TrainedTokens {
  readonly logProbs: Float32Array[][];
  readonly entropy: Float32Array[][];
  /** Factor on each token's policy term; no groups where all are 1. */
  readonly weights: Float32Array[][];
  /** Of the last of several updates on these rollouts, before it was applied; no groups with a single update. */
  readonly newLogProbs: Float32Array[][];
  readonly referenceLogProbs: Float32Array[][] | null;
}

export interface StepGroups {
  readonly step: number;
  readonly stage: string;
  readonly prompter: Prompter;
  readonly shaped: readonly ShapedPrompt[];
  readonly trained: TrainedTokens;
  /** By the prompt's place in the step; null where the stage does not mind difficulty. */
  readonly augmented: readonly Augmentation[] | null;
}

export function journalGroups(
  journal: Journal,
  { step, stage, prompter, shaped, trained, augmented }: StepGroups,
): void {
  shaped.forEach(({ prompt, outcome, shuffledParts }, place) => {
    const pair = `${step}-${prompt.position}`;
    const ordered = `${pair}-ordered`;
    journal.append({
      ...shared(prompt.ordered, prompter, step, stage),
      group: ordered,
      pair,
      rewardMean: outcome.rewardMean,
      rewardStd: outcome.rewardStd,
      dead: outcome.dead,
      gate: outcome.gate,
      ...(augmented === null ? {} : { augmentation: augmented[prompt.position]! }),
      trained: true,
    });
    prompt.ordered.rollouts.forEach((rollout, index) => {
      const logProb = trained.logProbs[place]![index]!;
      const weight = trained.weights[place]?.[index];
      const newLogProb = trained.newLogProbs[place]?.[index];
      const reference = trained.referenceLogProbs?.[place]![index];
      const advantage = outcome.advantages[index]!;
      const tokens = journal.appendTokens({
        ids: rollout.completion.ids,
        logProb,
        oldLogProb: rollout.completion.logProbs,
        ...(newLogProb ? { newLogProb } : {}),
        ...(reference ? { referenceLogProb: reference } : {}),
        entropy: trained.entropy[place]![index]!,
        advantage: new Float32Array(logProb.length).fill(advantage),
        ...(weight ? { weight } : {}),
      });
      journal.append({
        ...rolloutEvent(rollout, step, ordered, index),
        rewards: outcome.parts[index]!,
        reward: outcome.rewards[index]!,
        advantage,
        tokens,
      });
    });
    if (prompt.shuffled !== null)
      journalShuffled(journal, prompt.shuffled, shuffledParts, pair, { step, stage, prompter });
  });
}

/** Scored, never trained on: no advantage, no reference. */
function journalShuffled(
  journal: Journal,
  group: RolloutGroup,
  parts: ShapedPrompt["shuffledParts"],
  pair: string,
  { step, stage, prompter }: Pick<StepGroups, "step" | "stage" | "prompter">,
): void {
  const name = `${pair}-shuffled`;
  const rewards = parts.map((row) => Object.values(row).reduce((sum, value) => sum + value, 0));
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const variance = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / Math.max(1, rewards.length - 1);
  journal.append({
    ...shared(group, prompter, step, stage),
    group: name,
    pair,
    rewardMean: mean,
    rewardStd: Math.sqrt(variance),
    dead: rewards.every((reward) => reward === rewards[0]),
    gate: null,
    trained: false,
  });
  group.rollouts.forEach((rollout, index) => {
    const { ids, logProbs, entropy } = rollout.completion;
    journal.append({
      ...rolloutEvent(rollout, step, name, index),
      rewards: parts[index]!,
      reward: rewards[index]!,
      advantage: null,
      tokens: journal.appendTokens({ ids, logProb: logProbs, entropy }),
    });
  });
}

/** What a row says of an impossible event in its clip; a row about none says nothing. */
function violationOf(sample: Sample): { violation?: Violation } {
  const { success, data } = violationSchema.safeParse(sample.extra["violation"]);
  return success ? { violation: data } : {};
}

type GroupStart = Omit<
  EventBody<"group">,
  "group" | "pair" | "rewardMean" | "rewardStd" | "dead" | "gate" | "augmentation" | "trained"
>;

function shared({ prepared }: RolloutGroup, prompter: Prompter, step: number, stage: string): GroupStart {
  const { sample, clip, view } = prepared;
  return {
    type: "group",
    step,
    stage,
    view: view.name,
    sampleId: sample.id,
    task: sample.task,
    problemType: sample.problemType,
    question: sample.question,
    options: [...sample.options],
    answer: sample.answer,
    ...violationOf(sample),
    promptText: prepared.text,
    promptHash: prompter.hash,
    promptTokens: prepared.prompt.ids.length,
    media: {
      kind: clip.kind,
      path: clip.path,
      contentHash: clip.contentHash,
      width: clip.width,
      height: clip.height,
      secondsPerGrid: clip.secondsPerGrid,
      frames: framesOfView(clip, view),
      permutation: view.permutation === null ? null : [...view.permutation],
      tokenSpans: [...prepared.tokenSpans],
    },
  };
}

function rolloutEvent(rollout: Rollout, step: number, group: string, index: number) {
  return {
    type: "rollout" as const,
    step,
    group,
    index,
    text: rollout.text,
    stopReason: rollout.completion.stopReason,
    prediction: rollout.prediction,
    correct: rollout.correct,
    ...(rollout.answerLikelihood === undefined ? {} : { answerLikelihood: rollout.answerLikelihood }),
  };
}
