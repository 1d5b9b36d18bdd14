/** TW-GRPO: token weights from disagreement inside the group, and soft rewards for several right letters (arXiv 2505.24718). */
import { extendRecipe } from "../extend-recipe.ts";
import { policyGradient } from "../objectives/policy-objective.ts";
import type { Sample } from "../records.ts";
import { formatPart } from "../rewards/format.ts";
import { MULTI_ANSWER_RULES, multiAnswerPart, type MultiAnswerRule } from "../rewards/multi-answer.ts";
import {
  DIVERGENCE_MEASURES,
  divergenceWeighting,
  MASK_FILLS,
  type DivergenceMeasure,
  type MaskFill,
} from "../token-weights.ts";
import { choice, code, flag, integer, number, ours } from "./field-builders.ts";
import { twGrpoMethod } from "./methods/tw-grpo.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Token weights";

/** What the authors' scripts set where they differ from Video-R1. */
const UPSTREAM = {
  "rl.steps": 500,
  "rl.promptsPerStep": 2,
  "rl.klBeta": 0,
  "rl.clip": 20,
  "rl.shuffledGroupSize": 0,
  "temporal.enabled": false,
  "length.enabled": false,
  "vision.maxPixels": 196 * 28 * 28,
  "vision.freeze": true,
  "sft.steps": 0,
  "sampling.maxTokens": 4096,
  "evaluation.temperature": 0.1,
  "evaluation.maxTokens": 4096,
  "tw.format": "searched",
  "prompt.template": "secondlook-letters",
} as const;

const UPSTREAM_NOTES = [
  "CLEVRER's counterfactual questions, which have one to four right letters by themselves; 1,000 prompts, two an update.",
  "A symbolic check of the whole completion is tried before the letters are compared; here letters only.",
  "The token weights are part of the gradient there; here they are constants.",
  "Evaluation samples with top-p 0.001, which at temperature 0.1 is nearly greedy.",
];

const tiny = videoR1.presets["tiny"]!;
const withoutContrast = { "temporal.enabled": false, "rl.shuffledGroupSize": 0 } as const;

export const twGrpo = extendRecipe(videoR1, {
  id: "tw-grpo",
  title: "TW-GRPO",
  paper: {
    arxiv: "2505.24718",
    title: "Reinforcing Video Reasoning with Focused Thinking",
  },
  summary:
    "GRPO that looks where a group disagrees: positions whose next token the group's members see differently weigh more, " +
    "and a question with several right letters gives a part of the reward for a part of the key.",
  claim: {
    text: "Weighted tokens and soft rewards leave fewer dead groups and reach more exact multi-answer accuracy than fixed rewards at equal steps.",
    check:
      "Share of dead groups and exact accuracy on questions with several right letters, soft against fixed, over seeds.",
  },
  method: twGrpoMethod,
  fields: {
    "tw.alpha": number(SECTION, 1.7, 1, 10, code, "The greatest weight of a position; 1 weighs all alike."),
    "tw.measure": choice(
      SECTION,
      "kl_to_mean",
      DIVERGENCE_MEASURES,
      ours,
      "How disagreement is measured: KL to the group's mean (the Jensen-Shannon divergence), the authors' code (code_k3, which " +
        "sums k3 over the vocabulary without probabilities), or the variance of which their abstract speaks.",
    ),
    "tw.fill": choice(
      SECTION,
      "live_only",
      MASK_FILLS,
      ours,
      "Whether finished completions count. The authors' code fills them with the uniform law, so the tail weighs most.",
    ),
    "tw.tokenReduction": flag(
      SECTION,
      true,
      code,
      "Average the loss over all tokens of the step, not over completions first.",
    ),
    "tw.reward": choice(
      "Reward",
      "soft",
      MULTI_ANSWER_RULES,
      code,
      "Several right letters: a part of the key earns a part (soft), or all or nothing (fixed).",
    ),
    "tw.questions": choice(
      "Reward",
      "all",
      ["all", "one letter"],
      code,
      "Which questions train: all, or (published ablation) only those with one right letter.",
    ),
    "tw.format": choice(
      "Reward",
      "whole",
      ["whole", "searched"],
      code,
      "The whole completion must be the two blocks, or (TW-GRPO's code) text may stand before them and “!” after them.",
    ),
    "rl.epsilonHigh": number(
      "Reinforcement learning",
      0.28,
      0,
      10,
      code,
      "Upper clip range; not active with one update a batch.",
    ),
    "rl.promptsPerStep": integer(
      "Reinforcement learning",
      2,
      1,
      4096,
      code,
      "Prompts an update (one a GPU, two GPUs).",
    ),
  },
  basePresets: false,
  presets: {
    tiny: { ...tiny, values: { ...tiny.values, ...withoutContrast } },
    "upstream-code": {
      title: "As the published code does",
      summary: "1,000 prompts of CLEVRER's counterfactual questions, no KL term, frozen vision tower, uniform fill.",
      values: { ...UPSTREAM, "tw.measure": "code_k3", "tw.fill": "uniform" },
      notes: UPSTREAM_NOTES,
    },
    "no-weights": {
      title: "Soft reward only",
      summary: "Ablation: all tokens weigh alike, loss averaged over tokens.",
      values: { ...tiny.values, ...withoutContrast, "tw.alpha": 1 },
    },
    "fixed-reward": {
      title: "Fixed reward",
      summary: "Ablation: token weights, but a question with several right letters is all or nothing.",
      values: { ...tiny.values, ...withoutContrast, "tw.reward": "fixed" },
    },
    "plain-grpo": {
      title: "Plain GRPO",
      summary: "Baseline: fixed reward, no weights, loss averaged by completion.",
      values: {
        ...tiny.values,
        ...withoutContrast,
        "tw.alpha": 1,
        "tw.reward": "fixed",
        "tw.tokenReduction": false,
      },
    },
  },
  panels: [
    {
      kind: "channel",
      title: "Token weight",
      channel: "weight",
      explanation:
        "How much each token counts in the loss: more where the group's members disagree about what comes next.",
    },
    {
      kind: "curve",
      title: "Dead groups",
      metrics: ["frac_reward_zero_std"],
      explanation: "Share of groups whose rewards are all equal. Soft rewards should leave fewer of them.",
    },
  ],
  rewards: (base, values) =>
    base.map((part) => {
      if (part.name === "accuracy") return multiAnswerPart(values["tw.reward"] as MultiAnswerRule);
      return part.name === "format" && values["tw.format"] === "searched" ? formatPart({ searched: true }) : part;
    }),
  stages: (base, values) =>
    base.map((stage) => {
      if (stage.kind !== "rl") return stage;
      const alpha = values["tw.alpha"] as number;
      return {
        ...stage,
        ...(values["tw.questions"] === "one letter" ? { rows: hasOneLetter } : {}),
        tokenWeighting:
          alpha === 1
            ? null
            : divergenceWeighting(alpha, values["tw.measure"] as DivergenceMeasure, values["tw.fill"] as MaskFill),
        objective: policyGradient({
          lossType: (values["tw.tokenReduction"] as boolean) ? "dapo" : "grpo",
          epsilonLow: values["rl.epsilonLow"] as number,
          epsilonHigh: values["rl.epsilonHigh"] as number,
          klClamp: (values["rl.klClamp"] as number) === 0 ? null : (values["rl.klClamp"] as number),
        }),
      };
    }),
});

const hasOneLetter = ({ answer }: Sample): boolean => !answer.includes(",");
