/** Flat, checked values of the fields that Video-R1 and its relatives share, as the nested {@link Settings}. */
import type { AdvantageMode } from "../advantages.ts";
import type { LossType } from "../objectives/grpo.ts";
import { policyGradient } from "../objectives/policy-objective.ts";
import { PROMPT_TEMPLATES, SECONDLOOK_TEMPLATE } from "../prompts.ts";
import { VIDEO_R1_ANSWERS } from "../rewards/answer-rules.ts";
import { standardRewards, type StandardRewardSettings } from "../rewards/standard.ts";
import type { ScheduleName } from "../schedules.ts";
import type { OptimizerSettings, Settings, SettingValue, StageSettings } from "../settings.ts";
import { SettingsError } from "../recipe.ts";
import { modelSettings } from "./model-fields.ts";

/** Values must be checked already (`resolveValues`). Throws a SettingsError where two settings contradict. */
export function buildSettings(
  recipe: string,
  preset: string,
  values: Readonly<Record<string, SettingValue>>,
): Settings {
  const number = (name: string): number => values[name] as number;
  const flag = (name: string): boolean => values[name] as boolean;
  const text = (name: string): string => values[name] as string;

  const optimizer = (stage: string): OptimizerSettings => ({
    learningRate: number(`${stage}.learningRate`),
    schedule: text(`${stage}.schedule`) as ScheduleName,
    warmupSteps: number(`${stage}.warmupSteps`),
    minRatio: number(`${stage}.minRatio`),
    decayShare: number(`${stage}.decayShare`),
    weightDecay: number(`${stage}.weightDecay`),
    beta1: number(`${stage}.beta1`),
    beta2: number(`${stage}.beta2`),
    epsilon: number(`${stage}.epsilon`),
    clip: number(`${stage}.clip`),
  });
  const atMost = (low: string, high: string): void => {
    if (number(low) > number(high)) {
      throw new SettingsError(
        low,
        `Setting ${low} (${number(low)}) is greater than ${high} (${number(high)}): lower it or raise the other.`,
      );
    }
  };
  atMost("vision.minFrames", "vision.maxFrames");
  atMost("vision.minPixels", "vision.maxPixels");
  atMost("length.minTokens", "length.maxTokens");
  const temporalEnabled = flag("temporal.enabled");
  if (temporalEnabled && number("rl.shuffledGroupSize") === 0) {
    throw new SettingsError(
      "rl.shuffledGroupSize",
      "Setting rl.shuffledGroupSize is 0, but the temporal contrast needs shuffled rollouts: raise it or set temporal.enabled to false.",
    );
  }
  const parts: StandardRewardSettings = {
    temporal: {
      enabled: temporalEnabled,
      mu: number("temporal.mu"),
      alpha: number("temporal.alpha"),
      rule: text("temporal.rule") as "mean" | "proportion",
      proportionAbove: number("temporal.proportionAbove"),
      eligibleAbove: number("temporal.eligibleAbove"),
      apply: text("temporal.apply") as "reward" | "advantage",
    },
    length: {
      enabled: flag("length.enabled"),
      minTokens: number("length.minTokens"),
      maxTokens: number("length.maxTokens"),
      omega: number("length.omega"),
      needsTwo: flag("length.needsTwo"),
    },
    format: { strip: flag("format.strip"), exactlyOnce: flag("format.exactlyOnce") },
    weights: { accuracy: number("reward.accuracy"), format: number("reward.format") },
  };
  const stages: StageSettings[] = [];
  if (number("sft.steps") > 0) {
    stages.push({
      kind: "sft",
      name: "sft",
      steps: number("sft.steps"),
      batchSize: number("sft.batchSize"),
      lossOn: text("sft.lossOn") as "assistant" | "upstream",
      answerWeight: number("sft.answerWeight"),
      optimizer: optimizer("sft"),
    });
  }
  if (number("rl.steps") > 0) {
    stages.push({
      kind: "rl",
      name: "rl",
      steps: number("rl.steps"),
      promptsPerStep: number("rl.promptsPerStep"),
      groupSize: number("rl.groupSize"),
      shuffledGroupSize: temporalEnabled ? number("rl.shuffledGroupSize") : 0,
      innerUpdates: number("rl.innerUpdates"),
      advantage: text("rl.advantage") as AdvantageMode,
      advantageEpsilon: number("rl.advantageEpsilon"),
      objective: policyGradient({
        lossType: text("rl.objective") as LossType,
        level: text("rl.ratioLevel") as "token" | "sequence",
        epsilonLow: number("rl.epsilonLow"),
        epsilonHigh: number("rl.epsilonHigh"),
        klClamp: number("rl.klClamp") === 0 ? null : number("rl.klClamp"),
        topEntropyShare: number("rl.topEntropyShare"),
      }),
      klBeta: number("rl.klBeta"),
      klTokens: "all",
      tokenWeighting: null,
      movingReference: null,
      difficulty: null,
      likelihoodForm: "geometric",
      rows: null,
      pruning: null,
      answers: VIDEO_R1_ANSWERS,
      ...parts,
      rewards: standardRewards(parts),
      permuteRewards: flag("rl.permuteRewards"),
      sampling: {
        temperature: number("sampling.temperature"),
        topP: number("sampling.topP"),
        topK: number("sampling.topK"),
        maxTokens: number("sampling.maxTokens"),
      },
      optimizer: optimizer("rl"),
    });
  }
  const template = PROMPT_TEMPLATES[text("prompt.template")] ?? SECONDLOOK_TEMPLATE;
  const body = text("prompt.body");
  return {
    recipe,
    preset,
    stages,
    prompt: body === "" ? template : { ...template, name: "own", body },
    vision: {
      minPixels: number("vision.minPixels"),
      maxPixels: number("vision.maxPixels"),
      totalPixels: number("vision.totalPixels"),
      fps: number("vision.fps"),
      minFrames: number("vision.minFrames"),
      maxFrames: number("vision.maxFrames"),
      secondsPerGrid: number("vision.secondsPerGrid"),
    },
    freezeVision: flag("vision.freeze"),
    model: modelSettings(values),
    modality: text("rl.modality") as Settings["modality"],
    evaluation: {
      every: number("evaluation.every"),
      items: number("evaluation.items"),
      contrasts: flag("evaluation.contrasts"),
      answers: VIDEO_R1_ANSWERS,
      temperature: number("evaluation.temperature"),
      maxTokens: number("evaluation.maxTokens"),
    },
    checkpointEvery: number("checkpoint.every"),
    values,
  };
}
