/** DeepVideo-R1: regression on normalised advantages instead of clipped ratios (arXiv 2506.07464). */
import { extendRecipe } from "../extend-recipe.ts";
import { onlineDpo, rebel, rewardRegression } from "../objectives/group-baselines.ts";
import { regGrpo } from "../objectives/reg-grpo.ts";
import type { DifficultySettings } from "../difficulty.ts";
import { temporalIouPart } from "../rewards/temporal-iou.ts";
import { choice, flag, integer, number, ours, paper } from "./field-builders.ts";
import { policyGradient } from "../objectives/policy-objective.ts";
import type { RlStageSettings, SettingValue } from "../settings.ts";
import { deepVideoR1Method } from "./methods/deepvideo-r1.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Reg-GRPO";
const DIFFICULTY = "Difficulty";
const tiny = videoR1.presets["tiny"]!;
const withoutContrast = { "temporal.enabled": false, "rl.shuffledGroupSize": 0, "length.enabled": false } as const;

/** The paper's comparison at equal rollouts; all but the first two are baselines of its tables. */
const OBJECTIVES = ["reg-grpo", "grpo", "reinforce", "rloo", "rebel", "online-dpo", "reward-regression"] as const;

/** What the paper says of its runs. */
const PAPER = {
  ...withoutContrast,
  "sft.steps": 0,
  "rl.steps": 2000,
  "vision.freeze": true,
  "vision.minPixels": 252 * 252,
  "vision.maxPixels": 252 * 252,
} as const;

export const deepVideoR1 = extendRecipe(videoR1, {
  id: "deepvideo-r1",
  title: "DeepVideo-R1",
  paper: {
    arxiv: "2506.07464",
    title: "DeepVideo-R1: Video Reinforcement Fine-Tuning via Difficulty-aware Regressive GRPO",
  },
  summary:
    "Reg-GRPO: the log-ratios of a group, normalised, are regressed on its normalised rewards. No minimum and no clip, so no " +
    "token is left without a gradient; the group's mean cancels the unknown log-partition.",
  claim: {
    text: "Regression on advantages trains further than clipped GRPO, and moving prompts to a solvable difficulty leaves fewer dead groups.",
    check: "Held-out accuracy against GRPO at equal rollouts, and the share of dead groups, over seeds.",
  },
  method: deepVideoR1Method,
  fields: {
    "reg.objective": choice(
      SECTION,
      "reg-grpo",
      OBJECTIVES,
      paper("reg-grpo"),
      "The regression, or a baseline on the same rollouts: GRPO as set under Reinforcement learning (rl.objective video_r1 " +
        "does without the clip, as the paper's own), REINFORCE, RLOO, REBEL, DPO on each group's best and worst, or a " +
        "regression of the reward itself.",
    ),
    "reg.sigmaFloor": number(
      SECTION,
      0.3,
      1e-6,
      10,
      ours,
      "Floor of the log-ratios' deviation, nats; without one the loss is 0/0 before the first update.",
    ),
    "reg.eta": number(SECTION, 1, 1e-3, 1000, ours, "REBEL's step: log-ratios over this are regressed on rewards."),
    "reg.lambda": number(
      SECTION,
      1,
      1e-3,
      1000,
      ours,
      "Regression of the reward itself: how strongly its optimum holds on to the policy that sampled.",
    ),
    "reward.temporalIou": flag(
      "Reward",
      false,
      paper(false),
      "Add the overlap of the stretch of time that an answer names with the row's (NExT-GQA; rows with segments).",
    ),
    "da.enabled": flag(
      DIFFICULTY,
      true,
      paper(true),
      "Hint at prompts whose group does worse than recent ones, disturb the frames of those that do better; costs up to three times the rollouts.",
    ),
    "da.hints": flag(DIFFICULTY, true, paper(true), "Hints for hard prompts (up-only ablation: leave noise off)."),
    "da.noise": flag(DIFFICULTY, true, paper(true), "Noise for easy prompts (down-only ablation: leave hints off)."),
    "da.window": integer(
      DIFFICULTY,
      100,
      1,
      100_000,
      paper(100),
      "Recent prompts that difficulty is measured against.",
    ),
    "da.band": number(DIFFICULTY, 0.05, 0, 10, ours, "Prompts this close to the mean are asked as they are."),
    "da.noiseScale": number(DIFFICULTY, 0.1, 0, 1, ours, "Deviation of the noise at level 1, pixels in [0, 1]."),
    "da.level": choice(
      DIFFICULTY,
      "adaptive",
      ["adaptive", "fixed"],
      paper("adaptive"),
      "Whether hints and noise grow with the distance from the mean (fixed: ablation).",
    ),
    "da.reference": choice(
      DIFFICULTY,
      "relative",
      ["relative", "absolute"],
      paper("relative"),
      "Difficulty against recent prompts, or against half of the largest reward (ablation).",
    ),
    "da.swap": flag(DIFFICULTY, false, ours, "Control: hard prompts get the noise and easy ones the hints."),
    "rl.innerUpdates": integer(
      "Reinforcement learning",
      4,
      1,
      64,
      ours,
      "Updates on one batch of rollouts. With one, Reg-GRPO is GRPO up to the gradient's scale.",
    ),
    "rl.klBeta": number(
      "Reinforcement learning",
      0.1,
      0,
      10,
      paper(0.1),
      "Weight of the k3 KL term to the frozen reference.",
    ),
  },
  basePresets: false,
  presets: {
    tiny: { ...tiny, values: { ...tiny.values, ...withoutContrast, "rl.innerUpdates": 2, "rl.steps": 120 } },
    "paper-v5": {
      title: "As the paper says",
      summary: "G 8, KL 0.1, frozen vision tower, 16 frames at 252 x 252. Learning rate and inner updates are ours.",
      values: PAPER,
      reasons: {
        "rl.steps": "The paper's curves reach about 2,000 updates.",
        "vision.maxPixels": "252 x 252 pixels a frame, of which there are 16 at most.",
      },
      notes: [
        "Learning rate, batch, inner updates, what a level of a hint reveals and the noise's units are not published.",
        "Equation 8 prints the KL term with a minus sign inside a loss; here it is added.",
        "An early version of the paper had a factor on the log-ratios whose value is not given; the last one has none.",
        "SEED-Bench-R1's picture of the current state is shown beside the clip there, and is not shown here.",
      ],
    },
    "paper-grounding": {
      title: "With time spans",
      summary: "As the paper says for NExT-GQA: the overlap of the named stretch of time is a third reward.",
      values: { ...PAPER, "reward.temporalIou": true },
    },
    "plain-grpo": {
      title: "Plain GRPO",
      summary: "Baseline at small size: clipped GRPO with the same rollouts and inner updates.",
      values: {
        ...tiny.values,
        ...withoutContrast,
        "rl.innerUpdates": 2,
        "rl.steps": 120,
        "reg.objective": "grpo",
        "rl.objective": "grpo",
        "da.enabled": false,
      },
    },
  },
  panels: [
    {
      kind: "curve",
      title: "Log-ratio spread",
      metrics: ["reg_grpo/sigma", "kl"],
      explanation:
        "Deviation of the group's log-ratios (the loss fixes their order and spacing, not their size), beside KL.",
    },
    {
      kind: "curve",
      title: "Dead groups",
      metrics: ["frac_reward_zero_std", "augmentation/dead_before"],
      explanation:
        "Share of groups whose rewards are all equal (they are left out of the regression), after and before prompts were moved to a solvable difficulty.",
    },
    {
      kind: "curve",
      title: "What difficulty did",
      metrics: ["augmentation/hint_rate", "augmentation/noise_rate"],
      explanation: "Share of prompts that got a hint, and of those whose frames were disturbed.",
    },
  ],
  rewards: (base, values) => (values["reward.temporalIou"] === true ? [...base, temporalIouPart] : base),
  stages: (base, values) =>
    base.map((stage) =>
      stage.kind !== "rl"
        ? stage
        : {
            ...stage,
            ...objectiveOf(values),
            difficulty: (values["da.enabled"] as boolean) ? difficultyOf(values) : null,
          },
    ),
});

type Values = Readonly<Record<string, SettingValue>>;

/** The loss, and for baselines the advantages that it takes; empty for GRPO as set. */
function objectiveOf(values: Values): Partial<Pick<RlStageSettings, "objective" | "advantage">> {
  const klClamp = values["rl.klClamp"] === 0 ? null : (values["rl.klClamp"] as number);
  // One plain policy gradient for both: what differs is the baseline.
  const plain = policyGradient({ lossType: "video_r1", klClamp });
  switch (values["reg.objective"] as (typeof OBJECTIVES)[number]) {
    case "reg-grpo":
      return { objective: regGrpo({ sigmaFloor: values["reg.sigmaFloor"] as number, klClamp }) };
    case "grpo":
      return {};
    case "reinforce":
      return { objective: plain, advantage: "reward" };
    case "rloo":
      return { objective: plain, advantage: "rloo" };
    case "rebel":
      return { objective: rebel(values["reg.eta"] as number, klClamp), advantage: "none" };
    case "online-dpo":
      return { objective: onlineDpo(), advantage: "none" };
    case "reward-regression":
      return { objective: rewardRegression(values["reg.lambda"] as number, klClamp), advantage: "none" };
  }
}

function difficultyOf(values: Values): DifficultySettings {
  return {
    window: values["da.window"] as number,
    band: values["da.band"] as number,
    hints: values["da.hints"] as boolean,
    noise: values["da.noise"] as boolean,
    noiseScale: values["da.noiseScale"] as number,
    level: values["da.level"] as DifficultySettings["level"],
    reference: values["da.reference"] as DifficultySettings["reference"],
    swap: values["da.swap"] as boolean,
  };
}
