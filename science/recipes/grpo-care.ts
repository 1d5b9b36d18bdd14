/** SEED-Bench-R1's training and GRPO-CARE's consistency bonus (arXiv 2503.24376, 2506.16141). */
import { LIKELIHOOD_FORMS, type LikelihoodForm } from "../answer-likelihood.ts";
import { extendRecipe } from "../extend-recipe.ts";
import { consistencyPart, type ConsistencySettings } from "../rewards/consistency.ts";
import { choice, code, integer, number } from "./field-builders.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Consistency";
const tiny = videoR1.presets["tiny"]!;
const withoutContrast = { "temporal.enabled": false, "rl.shuffledGroupSize": 0, "length.enabled": false } as const;
const own = { ...tiny.values, ...withoutContrast, "rl.klBeta": 0 } as const;

export const grpoCare = extendRecipe(videoR1, {
  id: "grpo-care",
  title: "GRPO-CARE",
  paper: { arxiv: "2506.16141", title: "GRPO-CARE: Consistency-Aware Reinforcement Learning for Multimodal Reasoning" },
  summary:
    "GRPO without a KL term whose right answers earn a bonus when they follow from the reasoning: a reference that slowly " +
    "follows the policy must find the answer at least as likely as the group's right answers on average.",
  claim: {
    text: "Answers follow from the reasoning more often than under plain GRPO, at no loss of accuracy.",
    check: "Share of held-out rollouts whose reasoning concludes their answer, against plain GRPO, over seeds.",
  },
  fields: {
    "care.form": choice(
      SECTION,
      "care",
      ["care", "dense", "off"],
      code,
      "The published bonus, accuracy times likelihood for all (ablation), or none (plain GRPO).",
    ),
    "care.weight": number(SECTION, 0.5, 0, 10, code, "Bonus of a consistent right answer, times its accuracy."),
    "care.ceiling": number(SECTION, 0.95, 0, 1, code, "Likelihoods above this count as this."),
    "care.margin": number(SECTION, 0, 0, 1, code, "Taken off the baseline; 0.01 in the runs on general benchmarks."),
    "care.likelihood": choice(
      SECTION,
      "geometric",
      LIKELIHOOD_FORMS,
      code,
      "Mean of the answer tokens' probabilities: geometric in the code, arithmetic in the paper's algorithm box.",
    ),
    "care.referenceEvery": integer(SECTION, 10, 1, 100_000, code, "Updates between two steps of the reference."),
    "care.referenceDecay": number(SECTION, 0.995, 0, 1, code, "What the reference keeps of itself at such a step."),
  },
  presets: {
    tiny: { ...tiny, values: own },
    "upstream-code": {
      title: "As the published code does",
      summary: "SEED-Bench-R1 with Qwen2.5-VL-7B: 6,000 prompts, no KL term, completions up to 768 tokens.",
      values: {
        ...withoutContrast,
        "sft.steps": 0,
        "rl.steps": 1500,
        "rl.klBeta": 0,
        "sampling.maxTokens": 768,
        "vision.maxPixels": 196 * 28 * 28,
      },
    },
    "seed-grpo": {
      title: "SEED-Bench-R1's GRPO",
      summary: "The first paper's training: accuracy reward, KL 0.1 to the frozen start, no bonus.",
      values: {
        ...withoutContrast,
        "care.form": "off",
        "sft.steps": 0,
        "rl.klBeta": 0.1,
        "rl.klClamp": 11,
        "sampling.topP": 1,
        "sampling.maxTokens": 256,
      },
    },
    "plain-grpo": {
      title: "Plain GRPO",
      summary: "Baseline at small size: no bonus, no KL term.",
      values: { ...own, "care.form": "off" },
    },
    dense: {
      title: "Dense bonus",
      summary: "Ablation at small size: accuracy times likelihood for every rollout.",
      values: { ...own, "care.form": "dense" },
    },
  },
  panels: [
    {
      kind: "curve",
      title: "Consistency",
      metrics: ["rewards/consistency/mean", "rewards/accuracy/mean"],
      explanation: "Bonus for right answers that follow from their reasoning, beside accuracy.",
    },
    {
      kind: "quadrant",
      title: "Right and consistent",
      x: "accuracy",
      y: "consistency",
      explanation: "Rollouts by whether they are right and whether the bonus found them consistent.",
    },
  ],
  rewards: (base, values) =>
    values["care.form"] === "off"
      ? base
      : [
          ...base,
          consistencyPart({
            form: values["care.form"] as ConsistencySettings["form"],
            weight: values["care.weight"] as number,
            ceiling: values["care.ceiling"] as number,
            margin: values["care.margin"] as number,
          }),
        ],
  stages: (base, values) =>
    base.map((stage) =>
      stage.kind !== "rl" || values["care.form"] === "off"
        ? stage
        : {
            ...stage,
            likelihoodForm: values["care.likelihood"] as LikelihoodForm,
            movingReference: {
              every: values["care.referenceEvery"] as number,
              decay: values["care.referenceDecay"] as number,
            },
          },
    ),
});
