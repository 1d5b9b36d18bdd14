/** Video-R1: cold-start SFT on traces, then T-GRPO (arXiv 2503.21776). */
import type { Panel } from "../../contract/panels.ts";
import { videoR1Method } from "./methods/video-r1.ts";
import { buildSettings } from "./build-settings.ts";
import { resolveValues, type Preset, type Recipe } from "../recipe.ts";
import { VIDEO_R1_FIELDS } from "./video-r1-fields.ts";

const UPSTREAM = {
  "temporal.mu": 0.8,
  "temporal.rule": "mean",
  "length.needsTwo": true,
  "sft.lossOn": "upstream",
} as const;

/** Numbers are issues of the authors' repository. */
const UPSTREAM_REASONS: Readonly<Record<keyof typeof UPSTREAM, string>> = {
  "temporal.mu":
    "Earlier versions of the paper had 0.8 as slack against sampling noise (#43); the authors later called it a leftover " +
    "that should be 1 (#74) and said that it changes little (#90, #96).",
  "temporal.rule":
    "The code compares mean raw accuracies, so partial scores count; version 4 of the paper compares shares of correct answers.",
  "length.needsTwo":
    "The code gives the length bonus only where at least two answers of the group are right; the paper names no such condition.",
  "sft.lossOn":
    "The code masks pads and picture marks only, so question, system turn and video marks are learnt as well (#40, #91). " +
    "The paper says nothing; our default learns the assistant's turn.",
};

const UPSTREAM_NOTES: readonly string[] = [
  "The paper prints a clipped objective; the code makes one update a batch, where the ratio is 1 and nothing is clipped.",
  "The trainer tells the model one second a frame pair whatever the clip; the evaluation scripts tell the true time.",
  "With vLLM the “shuffled” group got ordered frames until July 2025 (#72).",
  "Where a medium cannot be decoded, the code puts another one in its place and keeps question and answer (#90); here the row is skipped and counted.",
  "Evaluation: temperature 0.01 in the paper, 0.1 in the scripts; here greedy unless set.",
];

const presets: Readonly<Record<string, Preset>> = {
  tiny: {
    title: "Small model",
    summary: "The sample pack and the base model that come with Secondlook: minutes on two CPU cores.",
    values: {
      "prompt.template": "tiny",
      "vision.minPixels": 84 * 84,
      "vision.maxPixels": 84 * 84,
      "vision.maxFrames": 8,
      "sft.steps": 120,
      "sft.batchSize": 32,
      "sft.answerWeight": 1,
      "sft.learningRate": 1e-3,
      "sft.schedule": "wsd",
      "sft.minRatio": 0.1,
      "sft.warmupSteps": 10,
      "sft.weightDecay": 0.01,
      "sft.beta2": 0.98,
      "sft.clip": 1,
      "rl.steps": 200,
      "rl.promptsPerStep": 16,
      "rl.learningRate": 5e-4,
      "rl.warmupSteps": 10,
      "rl.minRatio": 0.1,
      "rl.klBeta": 0.02,
      "rl.beta2": 0.98,
      "rl.clip": 1,
      "sampling.topP": 1,
      "sampling.maxTokens": 64,
      "length.enabled": false,
      "evaluation.maxTokens": 64,
      "evaluation.every": 40,
      "checkpoint.every": 40,
    },
  },
  "paper-v4": {
    title: "As the paper says",
    summary:
      "Version 4 of the paper: gate p >= p of the shuffled group by share of correct answers, no two-answers rule.",
    values: {},
  },
  "upstream-code": {
    title: "As the published code does",
    summary: "The authors' repository: gate by mean accuracy with slack 0.8, length bonus only with two right answers.",
    values: UPSTREAM,
    reasons: UPSTREAM_REASONS,
    notes: UPSTREAM_NOTES,
  },
  "grpo-only": {
    title: "Plain GRPO",
    summary: "The paper's ablation without temporal contrast: no shuffled group, no bonus.",
    values: { "temporal.enabled": false, "rl.shuffledGroupSize": 0 },
  },
  zero: {
    title: "Without cold start",
    summary: "The paper's ablation that starts RL from the base model.",
    values: { "sft.steps": 0 },
  },
  "video-only": {
    title: "Videos only",
    summary: "The paper's ablation without pictures in RL.",
    values: { "rl.modality": "video" },
  },
};

const panels: readonly Panel[] = [
  {
    kind: "curve",
    title: "Reward",
    metrics: ["reward", "rewards/accuracy/mean", "rewards/format/mean", "rewards/temporal/mean", "rewards/length/mean"],
    explanation: "Mean over the step's ordered rollouts, part by part.",
  },
  {
    kind: "curve",
    title: "Ordered against shuffled",
    metrics: ["temporal/accuracy_ordered", "temporal/accuracy_shuffled", "temporal/gate_rate"],
    explanation:
      "Accuracy on video prompts in both views, and the share of prompts whose gate passed. Pictures are left out.",
  },
  {
    kind: "curve",
    title: "Distance from the reference",
    metrics: ["kl"],
    explanation:
      "k3 estimate, mean per token. With one update a batch the loss is about beta times this: near 0 is normal.",
  },
  {
    kind: "curve",
    title: "Dead groups",
    metrics: ["frac_reward_zero_std"],
    explanation: "Share of groups whose rewards are all equal: they give no policy gradient.",
  },
  {
    kind: "heatmap",
    title: "Groups",
    value: "rewardStd",
    explanation: "Every group of the run: too easy, too hard, or alive and teaching something.",
  },
  {
    kind: "quadrant",
    title: "Format and accuracy",
    x: "format",
    y: "accuracy",
    explanation:
      "Right answers without the format, and well-formed wrong ones: what the two rewards see of the newest step.",
  },
  {
    kind: "mediaTable",
    title: "Newest prompts",
    columns: ["question", "answer", "prediction", "accuracy", "gate", "rewardStd", "tokens"],
    explanation: "What the model saw and said in the newest step.",
  },
  {
    kind: "channel",
    title: "Where it hesitated",
    channel: "entropy",
    explanation: "Where the policy hesitated, token by token.",
  },
];

export const videoR1: Recipe = {
  id: "video-r1",
  title: "Video-R1",
  paper: { arxiv: "2503.21776", title: "Video-R1: Reinforcing Video Reasoning in MLLMs" },
  summary:
    "Cold-start SFT on reasoning traces, then T-GRPO: group-relative policy optimisation with rule rewards, where correct " +
    "answers earn a bonus if the group does at least as well on ordered frames as a twin group does on shuffled ones.",
  claim: {
    text: "Reinforcement learning with rule rewards and a temporal contrast improves video reasoning beyond SFT.",
    check:
      "Held-out accuracy after RL against after SFT, and against SFT continued for the same time, with a paired bootstrap interval.",
  },
  method: videoR1Method,
  fields: VIDEO_R1_FIELDS,
  presets,
  defaultPreset: "tiny",
  panels,
  settings: (preset, overrides) => buildSettings("video-r1", preset, resolveValues(videoR1, preset, overrides)),
};
