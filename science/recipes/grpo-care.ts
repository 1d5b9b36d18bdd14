/** SEED-Bench-R1's training and GRPO-CARE's consistency bonus (arXiv 2503.24376, 2506.16141). */
import { LIKELIHOOD_FORMS, type LikelihoodForm } from "../answer-likelihood.ts";
import { extendRecipe } from "../extend-recipe.ts";
import { KL_TOKENS, type KlTokens } from "../kl-tokens.ts";
import { FIRST_CHARACTER_ANSWERS, VIDEO_R1_ANSWERS } from "../rewards/answer-rules.ts";
import { BONUS_FORMS, consistencyPart, type ConsistencySettings } from "../rewards/consistency.ts";
import { choice, code, integer, number, ours } from "./field-builders.ts";
import { grpoCareMethod } from "./methods/grpo-care.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Consistency";
const tiny = videoR1.presets["tiny"]!;
const withoutContrast = { "temporal.enabled": false, "rl.shuffledGroupSize": 0, "length.enabled": false } as const;
const withKl = { "care.form": "off", "rl.klBeta": 0.04 } as const;
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
  method: grpoCareMethod,
  fields: {
    "care.form": choice(
      SECTION,
      "care",
      [...BONUS_FORMS, "off"],
      code,
      "The published bonus; the ablations dense (accuracy times likelihood for all) and refgen (how right the reference's " +
        "own answer after the thought is); misattributed, a control: the bonus goes to others; or none.",
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
    "care.reference": choice(
      SECTION,
      "moving",
      ["moving", "frozen"],
      code,
      "The reference follows the policy slowly, or stays as the stage found it. Plain GRPO with a KL term has a frozen one.",
    ),
    "care.klTokens": choice(
      SECTION,
      "all",
      KL_TOKENS,
      ours,
      "Which tokens the KL term counts, if there is one: all, those of accurate rollouts, or thought and answer alike. The " +
        "paper names these ablations without formula.",
    ),
    "care.letters": choice(
      "Reward",
      "exact",
      ["exact", "first-character"],
      ours,
      "How letters are compared: exactly, or (SEED-Bench-R1's code) by the first character of answer and truth.",
    ),
    "care.referenceEvery": integer(SECTION, 10, 1, 100_000, code, "Updates between two steps of the reference."),
    "care.referenceDecay": number(SECTION, 0.995, 0, 1, code, "What the reference keeps of itself at such a step."),
  },
  basePresets: false,
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
        "evaluation.temperature": 1,
        "evaluation.maxTokens": 768,
      },
      reasons: { "rl.steps": "The checkpoint of 1,500 updates is the one that was evaluated on SEED-Bench-R1." },
      notes: [
        "The code takes its means over what a device holds, which is one group only with one prompt a device; here over the group.",
        "The answer's tokens are found by counting back from the end there; here between the last pair of tags.",
        "Where no answer of a group is right, the code divides by zero and gives no bonus; here that is said.",
      ],
    },
    "upstream-general": {
      title: "On general data",
      summary: "The other published training: 1,000 updates on Video-R1's rows, with a margin of 0.01.",
      values: {
        ...withoutContrast,
        "sft.steps": 0,
        "rl.steps": 1000,
        "rl.klBeta": 0,
        "care.margin": 0.01,
        "evaluation.temperature": 0.1,
      },
    },
    "seed-sft": {
      title: "SEED-Bench-R1's SFT",
      summary: "The first paper's other side: an epoch of SFT on 6,000 traces, no RL.",
      values: {
        ...withoutContrast,
        "care.form": "off",
        "sft.steps": 375,
        "sft.batchSize": 16,
        "sft.learningRate": 2e-5,
        "sft.schedule": "cosine",
        "sft.warmupSteps": 38,
        "rl.steps": 0,
        "evaluation.temperature": 1,
        "evaluation.maxTokens": 256,
      },
      reasons: {
        "sft.steps": "6,000 traces at 16 an update (batch 1, accumulated 16 times), one epoch.",
        "sft.warmupSteps": "A tenth of the updates.",
      },
      notes: ["Which models wrote the first paper's traces was not reached."],
    },
    "seed-grpo": {
      title: "SEED-Bench-R1's GRPO",
      summary: "The first paper's training: accuracy reward, KL 0.1 to the frozen start, no bonus.",
      values: {
        ...withoutContrast,
        "care.form": "off",
        "care.reference": "frozen",
        "sft.steps": 0,
        "care.letters": "first-character",
        "reward.format": 0,
        "rl.steps": 750,
        "rl.promptsPerStep": 8,
        "rl.klBeta": 0.1,
        "rl.klClamp": 11,
        "sampling.topP": 1,
        "sampling.maxTokens": 256,
        "evaluation.temperature": 1,
        "evaluation.maxTokens": 256,
        "checkpoint.every": 10,
      },
      reasons: {
        "rl.steps": "6,000 prompts, one on each of 8 devices, one epoch.",
        "reward.format": "The run's name says that the format reward was removed.",
        "sampling.maxTokens": "The library's default of the time; evaluation has the same limit.",
      },
      notes: [
        "A symbolic check of the answer is tried before the letters there.",
        "Options are drawn and shuffled when the rows are made: see the importer.",
      ],
    },
    "plain-grpo": {
      title: "Plain GRPO",
      summary: "Baseline at small size, and the published ablation without KL: no bonus, no KL term.",
      values: { ...own, "care.form": "off", "care.reference": "frozen" },
    },
    "ablation-kl": {
      title: "Ablation: KL",
      summary: "GRPO with a KL term to the frozen start.",
      values: { ...own, ...withKl, "care.reference": "frozen" },
    },
    "ablation-kl-ema": {
      title: "Ablation: KL to the moving reference",
      summary: "No bonus; the KL term holds on to a reference that follows.",
      values: { ...own, ...withKl },
    },
    "ablation-kl-ema-accurate": {
      title: "Ablation: KL on accurate rollouts",
      summary: "The same, but only accurate rollouts are held.",
      values: { ...own, ...withKl, "care.klTokens": "accurate" },
    },
    "ablation-kl-split": {
      title: "Ablation: KL split",
      summary: "The same, with one mean over the thought and one over the answer.",
      values: { ...own, ...withKl, "care.klTokens": "split" },
    },
    dense: {
      title: "Ablation: dense bonus",
      summary: "Accuracy times likelihood for every rollout, at small size.",
      values: { ...own, "care.form": "dense" },
    },
    refgen: {
      title: "Ablation: the reference answers again",
      summary: "The bonus is how right the reference's own answer after the thought is, at small size.",
      values: { ...own, "care.form": "refgen" },
    },
    misattributed: {
      title: "Control: bonus misattributed",
      summary: "As many right answers earn the bonus, but others than those whose thoughts lead to them.",
      values: { ...own, "care.form": "misattributed" },
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
      x: "correct",
      y: "consistent",
      explanation:
        "Newest rollouts by whether the answer is right and whether the reasoning leads to it (a rule, apart from training). " +
        "Right but not consistent is what the bonus is against.",
    },
    {
      kind: "quadrant",
      title: "Right and rewarded for it",
      x: "accuracy",
      y: "consistency",
      explanation: "Newest rollouts by whether they are right and whether they earned the bonus.",
    },
  ],
  answers: (values) => (values["care.letters"] === "first-character" ? FIRST_CHARACTER_ANSWERS : VIDEO_R1_ANSWERS),
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
    base.map((stage) => {
      if (stage.kind !== "rl") return stage;
      const asked = values["care.form"] !== "off";
      const moves = values["care.reference"] === "moving" && (asked || stage.klBeta > 0);
      return {
        ...stage,
        klTokens: values["care.klTokens"] as KlTokens,
        ...(asked ? { likelihoodForm: values["care.likelihood"] as LikelihoodForm } : {}),
        ...(moves
          ? {
              movingReference: {
                every: values["care.referenceEvery"] as number,
                decay: values["care.referenceDecay"] as number,
              },
            }
          : {}),
      };
    }),
});
