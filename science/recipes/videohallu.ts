/** VideoHallu: T-GRPO with counter-examples, clips in which the impossible happens (arXiv 2505.01481). */
import { extendRecipe } from "../extend-recipe.ts";
import { judgedAnswers } from "../rewards/answer-rules.ts";
import type { RlStageSettings, StageSettings } from "../settings.ts";
import { CURRICULA, dietBlocks, dietOf, type Curriculum, type Diet } from "../videohallu/diets.ts";
import { videoHalluMethod } from "./methods/videohallu.ts";
import { choice, code, integer, number, ours } from "./field-builders.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Counter-examples";
const tiny = videoR1.presets["tiny"]!;

/** Without the twin groups on shuffled frames, which cost a third of the time; the published preset keeps them. */
const small = {
  ...tiny.values,
  "temporal.enabled": false,
  "rl.shuffledGroupSize": 0,
  "sft.steps": 200,
  "rl.steps": 120,
  "hallu.curriculum": "synthetic",
} as const;

/** What the authors' training scripts set (zli12321/VideoHallu, 6b41a1f) where they differ from Video-R1's paper. */
const UPSTREAM = {
  "sft.steps": 0,
  "rl.steps": 688,
  "temporal.mu": 0.8,
  "temporal.rule": "mean",
  "length.needsTwo": true,
  "sampling.maxTokens": 768,
  "vision.maxPixels": 501_760,
} as const;

const UPSTREAM_REASONS = {
  "rl.steps":
    "Two epochs of PhysBench's 576 rows that hold a question and of the 800 synthetic ones, at 4 prompts an update; how many prompts the authors' updates had was not reached.",
  "temporal.mu": "Video-R1's code, on which VideoHallu's is built.",
  "sft.steps": "Starts from Qwen2.5-VL-7B-Instruct, without a cold start.",
};

const UPSTREAM_NOTES = [
  "Free answers are graded by RewardBert (ModernBERT); here by a small logistic score in its place.",
  "The judge of the evaluation, its prompt, and the number of general real-world rows were not reached.",
  "All 246 videos of the synthetic rows also occur in data.jsonl: split by video before you compare.",
];

export const videoHallu = extendRecipe(videoR1, {
  id: "videohallu",
  title: "VideoHallu",
  paper: {
    arxiv: "2505.01481",
    title: "VideoHallu: Evaluating and Mitigating Multi-modal Hallucinations on Synthetic Video Understanding",
  },
  summary:
    "A model that has only seen the possible answers from habit: it says that what falls went down, also where the clip " +
    "shows it going up. T-GRPO on counter-examples, generated clips that break physics, rewards looking instead.",
  claim: {
    text: "Counter-examples raise balanced accuracy on violations by 15 points, and questions about what is shown lose at most 3.",
    check:
      "Held-out pairs of a possible and an impossible clip with the same question, before and after, over seeds; against the same updates without counter-examples, and against the question alone.",
  },
  defaultPreset: "tiny",
  method: videoHalluMethod,
  fields: {
    "hallu.curriculum": choice(
      SECTION,
      "physics then synthetic",
      Object.keys(CURRICULA),
      code,
      "Which diets train, in which order. Rows say theirs in `diet`, else by their source (physbench, videohallu).",
    ),
    "hallu.firstShare": number(
      SECTION,
      0.42,
      0,
      1,
      ours,
      "Share of the updates that the first of two blocks gets: 576 of 1,376 rows, an epoch each, as published.",
    ),
    "hallu.grading": choice(
      SECTION,
      "graded",
      ["graded", "rouge"],
      ours,
      "Free answers: a graded score in RewardBert's place, or the mean of ROUGE-1, 2 and L, as the scripts' earlier variant.",
    ),
    "rl.promptsPerStep": integer("Reinforcement learning", 4, 1, 4096, ours, "Prompts an update; not reached."),
  },
  basePresets: false,
  presets: {
    tiny: {
      ...tiny,
      summary: "The set of impossible events that comes with Secondlook (pack --set impossible), on two CPU cores.",
      values: small,
    },
    "upstream-code": {
      title: "As the published code does",
      summary: "PhysBench's rows, then the synthetic ones: the best of the paper's tables.",
      values: UPSTREAM,
      reasons: UPSTREAM_REASONS,
      notes: UPSTREAM_NOTES,
    },
    "upstream-general": {
      title: "Published, general first",
      summary: "The other published order: general real-world rows, then the synthetic ones.",
      values: { ...UPSTREAM, "hallu.curriculum": "general then synthetic" },
      reasons: UPSTREAM_REASONS,
      notes: UPSTREAM_NOTES,
    },
    curriculum: {
      title: "Physics first",
      summary: "At small size: clips that obey the laws, then counter-examples, in the same number of updates.",
      values: { ...small, "hallu.curriculum": "physics then synthetic" },
    },
    mixed: {
      title: "Both diets mixed",
      summary: "The order's control at small size: the same rows and updates without an order.",
      values: { ...small, "hallu.curriculum": "physics and synthetic mixed" },
    },
    "possible-only": {
      title: "Possible clips only",
      summary: "Control at small size: the same questions and updates, and never a counter-example.",
      values: { ...small, "hallu.curriculum": "physics" },
    },
    rouge: {
      title: "Graded by ROUGE",
      summary: "Ablation at small size: free answers earn their ROUGE, as Video-R1's do.",
      values: { ...small, "hallu.grading": "rouge" },
    },
  },
  panels: [
    {
      kind: "hallucinations",
      title: "Hallucination board",
      explanation:
        "Questions about clips in which something impossible happens: what the model claims, and the frames that contradict a wrong claim.",
    },
    {
      kind: "curve",
      title: "Answers and format",
      metrics: ["rewards/accuracy/mean", "rewards/format/mean"],
      explanation: "Graded accuracy of free answers. Read it beside the board: a habit can be right most of the time.",
    },
  ],
  answers: (values) => judgedAnswers(values["hallu.grading"] as "graded" | "rouge"),
  stages: (base, values) =>
    base.flatMap((stage): StageSettings[] =>
      stage.kind === "rl"
        ? dietBlocks(values["hallu.curriculum"] as Curriculum, stage.steps, values["hallu.firstShare"] as number).map(
            ({ name, steps, diets }): RlStageSettings => ({ ...stage, name, steps, rows: inDiets(diets) }),
          )
        : [stage],
    ),
});

const inDiets =
  (diets: readonly Diet[]): RlStageSettings["rows"] =>
  (sample) => {
    const diet = dietOf(sample);
    return diet !== null && diets.includes(diet);
  };
