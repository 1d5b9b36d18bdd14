/**
 * Every setting of the Video-R1 recipe as data. Defaults are those of preset `paper-v4`: arXiv 2503.21776 v4 where it gives a
 * value, else the authors' published training code (tulerfeng/Video-R1, 2025-12), else ours.
 */
import { ADVANTAGE_MODES } from "../advantages.ts";
import { LOSS_TYPES } from "../objectives/grpo.ts";
import { PROMPT_TEMPLATES } from "../prompts.ts";
import type { SettingField } from "../recipe.ts";
import { SCHEDULE_NAMES } from "../schedules.ts";
import { choice, code, flag, integer, number, ours, paper, text, type Origin } from "./field-builders.ts";
import { MODEL_FIELDS } from "./model-fields.ts";

function optimizer(stage: "sft" | "rl", section: string, schedule: string, weightDecay: Origin & { value: number }) {
  const fields: Record<string, SettingField> = {
    learningRate: number(section, 1e-6, 0, 1, paper(1e-6), "Learning rate of AdamW after warm-up."),
    schedule: choice(
      section,
      schedule,
      SCHEDULE_NAMES,
      code,
      "How the learning rate falls. The cosine is laid over the stage's steps.",
    ),
    warmupSteps: integer(section, 0, 0, 100_000, code, "Updates in which the learning rate rises from 0."),
    minRatio: number(section, 0, 0, 1, code, "Learning rate at the end over the full one."),
    decayShare: number(
      section,
      0.3,
      0.01,
      1,
      ours,
      "Schedule wsd: share of the steps in which the rate falls at the end.",
    ),
    weightDecay: number(
      section,
      weightDecay.value,
      0,
      1,
      weightDecay,
      "Decoupled weight decay, not on biases and norms.",
    ),
    beta1: number(section, 0.9, 0, 0.9999, code, "AdamW's decay of the mean gradient."),
    beta2: number(section, 0.999, 0, 0.99999, code, "AdamW's decay of the squared gradient."),
    epsilon: number(section, 1e-8, 0, 1e-2, code, "AdamW's epsilon."),
    clip: number(section, 5, 0, 1000, code, "Maximum global gradient norm; 0 turns clipping off."),
  };
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${stage}.${name}`, field]));
}

const PIXELS = 28 * 28;

export const VIDEO_R1_FIELDS: Readonly<Record<string, SettingField>> = {
  "prompt.template": choice(
    "Prompt",
    "secondlook",
    Object.keys(PROMPT_TEMPLATES),
    ours,
    "Wording of the question, options and format instruction.",
  ),
  "prompt.body": text(
    "Prompt",
    "",
    ours,
    "Own wording with {question}, {options} and {suffix}; empty keeps the template's.",
  ),

  "vision.minPixels": integer(
    "Video",
    128 * PIXELS,
    PIXELS,
    10_000_000,
    paper(128 * PIXELS),
    "Least area of a frame, pixels.",
  ),
  "vision.maxPixels": integer(
    "Video",
    128 * PIXELS,
    PIXELS,
    10_000_000,
    paper(128 * PIXELS),
    "Largest area of a frame, pixels (256 x 28 x 28 in evaluation).",
  ),
  "vision.totalPixels": integer(
    "Video",
    90_316_800,
    PIXELS,
    1_000_000_000,
    code,
    "Pixel budget of a whole clip: 0.9 x 128000 x 28 x 28.",
  ),
  "vision.fps": number("Video", 2, 0.05, 60, code, "Frames sampled a second, before the cap."),
  "vision.minFrames": integer("Video", 4, 2, 768, code, "Least number of frames."),
  "vision.maxFrames": integer("Video", 16, 2, 768, paper(16), "Most frames in training."),
  "vision.secondsPerGrid": number(
    "Video",
    1,
    0,
    600,
    code,
    "Seconds between two frame pairs as the model is told; 0 tells the true value. The authors' trainer always says 1.",
  ),
  "vision.freeze": flag(
    "Video",
    false,
    code,
    "Keep the vision tower as it is; its embeddings are then cached for good.",
  ),

  ...MODEL_FIELDS,

  "sft.steps": integer(
    "Cold-start SFT",
    20_697,
    0,
    10_000_000,
    paper(20_697),
    "Updates; one epoch of 165,575 traces at batch 8. 0 leaves the stage out.",
  ),
  "sft.batchSize": integer("Cold-start SFT", 8, 1, 4096, code, "Traces an update."),
  "sft.lossOn": choice(
    "Cold-start SFT",
    "assistant",
    ["assistant", "upstream"],
    ours,
    "Learn the assistant's turn only, or (as the authors' code) question and video marks too.",
  ),
  "sft.answerWeight": number("Cold-start SFT", 1, 0, 100, ours, "Weight of the tokens inside the answer tags."),
  ...optimizer("sft", "Cold-start SFT", "linear", { ...code, value: 0 }),

  "rl.steps": integer("Reinforcement learning", 1000, 0, 10_000_000, paper(1000), "Updates; 0 leaves the stage out."),
  "rl.promptsPerStep": integer(
    "Reinforcement learning",
    4,
    1,
    4096,
    code,
    "Prompts an update (one a GPU in the authors' run).",
  ),
  "rl.groupSize": integer("Reinforcement learning", 8, 2, 256, paper(8), "G: rollouts of a prompt on ordered frames."),
  "rl.shuffledGroupSize": integer(
    "Reinforcement learning",
    4,
    0,
    256,
    paper(4),
    "Rollouts of a video prompt on shuffled frames, G/2: scored, never trained on.",
  ),
  "rl.innerUpdates": integer("Reinforcement learning", 1, 1, 64, code, "Updates on one batch of rollouts."),
  "rl.advantage": choice(
    "Reinforcement learning",
    "group",
    ADVANTAGE_MODES,
    paper("group"),
    "How rewards of a group become advantages.",
  ),
  "rl.advantageEpsilon": number("Reinforcement learning", 1e-4, 0, 1, code, "Added to the deviation of a group."),
  "rl.objective": choice(
    "Reinforcement learning",
    "video_r1",
    LOSS_TYPES,
    code,
    "Policy loss. With one update a batch the ratio is 1 and no clip is active.",
  ),
  "rl.ratioLevel": choice(
    "Reinforcement learning",
    "token",
    ["token", "sequence"],
    code,
    "Probability ratio of each token, or of the whole answer (GSPO).",
  ),
  "rl.epsilonLow": number(
    "Reinforcement learning",
    0.2,
    0,
    10,
    ours,
    "Lower clip range; not active with one update a batch.",
  ),
  "rl.epsilonHigh": number(
    "Reinforcement learning",
    0.2,
    0,
    10,
    ours,
    "Upper clip range; not active with one update a batch.",
  ),
  "rl.klBeta": {
    ...number("Reinforcement learning", 0.04, 0, 10, paper(0.04), "Weight of the k3 KL term to the frozen reference."),
    live: true,
  } as SettingField,
  "rl.klClamp": number(
    "Reinforcement learning",
    10,
    0,
    100,
    code,
    "Log-ratio to the reference is clamped to this before k3; 0: not.",
  ),
  "rl.topEntropyShare": number(
    "Reinforcement learning",
    1,
    0.01,
    1,
    ours,
    "Share of the tokens with the highest entropy that carry the policy gradient.",
  ),
  "rl.modality": choice(
    "Reinforcement learning",
    "both",
    ["both", "video", "image"],
    paper("both"),
    "Which rows are used.",
  ),
  "rl.permuteRewards": flag(
    "Reinforcement learning",
    false,
    ours,
    "Control: permute rewards inside each group, so that nothing can be learnt.",
  ),
  ...optimizer("rl", "Reinforcement learning", "cosine", { ...paper(0.01), value: 0.01 }),

  "sampling.temperature": number("Sampling", 1, 0.01, 10, code, "Temperature of the rollouts."),
  "sampling.topP": number(
    "Sampling",
    0.95,
    0.01,
    1,
    code,
    "Nucleus: the sampled distribution then differs from the trained one; 1 turns it off.",
  ),
  "sampling.topK": integer(
    "Sampling",
    0,
    0,
    1_000_000,
    ours,
    "Only the k most likely tokens; 0: off (the authors' code inherits 50 in one of two paths).",
  ),
  "sampling.maxTokens": integer("Sampling", 768, 1, 131_072, paper(768), "Longest completion, tokens."),

  "reward.accuracy": number("Reward", 1, 0, 100, paper(1), "Factor on the accuracy of an answer."),
  "reward.format": number("Reward", 1, 0, 100, paper(1), "Factor on the format of an answer."),

  "temporal.enabled": flag(
    "Temporal contrast",
    true,
    paper(true),
    "Compare ordered with shuffled frames (T-GRPO); off is plain GRPO.",
  ),
  "temporal.mu": number(
    "Temporal contrast",
    1,
    0,
    10,
    paper(1),
    "The gate passes when p >= mu x p of the shuffled group. The authors' code has 0.8.",
  ),
  "temporal.alpha": number(
    "Temporal contrast",
    0.3,
    0,
    10,
    paper(0.3),
    "Bonus of each correct ordered answer when the gate passes.",
  ),
  "temporal.rule": choice(
    "Temporal contrast",
    "proportion",
    ["mean", "proportion"],
    paper("proportion"),
    "p is the share of correct answers, or (code) the mean accuracy.",
  ),
  "temporal.proportionAbove": number(
    "Temporal contrast",
    0.5,
    0,
    1,
    paper(0.5),
    "Accuracy from which an answer counts as correct for p.",
  ),
  "temporal.eligibleAbove": number(
    "Temporal contrast",
    0.1,
    0,
    1,
    code,
    "Answers with more accuracy than this may earn bonuses.",
  ),
  "temporal.apply": choice(
    "Temporal contrast",
    "reward",
    ["reward", "advantage"],
    paper("reward"),
    "Add the bonus before or after group normalisation; before, it often cancels.",
  ),

  "length.enabled": flag("Length bonus", true, paper(true), "Reward correct answers of a wanted length."),
  "length.minTokens": integer(
    "Length bonus",
    320,
    0,
    131_072,
    paper(320),
    "Shortest rewarded completion, tokens with the end mark.",
  ),
  "length.maxTokens": integer("Length bonus", 512, 0, 131_072, paper(512), "Longest rewarded completion."),
  "length.omega": number(
    "Length bonus",
    0.2,
    0,
    10,
    paper(0.2),
    "Bonus of each correct answer whose length is in the window.",
  ),
  "length.needsTwo": flag(
    "Length bonus",
    false,
    paper(false),
    "Only when at least two answers of the group are right (the authors' code).",
  ),

  "format.strip": flag("Format reward", false, code, "Forgive white space around the completion."),
  "format.exactlyOnce": flag("Format reward", false, code, "Every tag must stand exactly once."),

  "evaluation.every": integer(
    "Measuring",
    50,
    0,
    1_000_000,
    ours,
    "Updates between two measurements on validation; 0: only at the ends of stages.",
  ),
  "evaluation.items": integer("Measuring", 0, 0, 1_000_000, ours, "Validation items of a measurement; 0: all."),
  "evaluation.contrasts": flag(
    "Measuring",
    true,
    ours,
    "Held-out questions are asked again with shuffled frames and without any frame; off: a third of the time.",
  ),
  "evaluation.temperature": number(
    "Measuring",
    0,
    0,
    10,
    ours,
    "0 is greedy (paper: 0.01; the authors' scripts: 0.1).",
  ),
  "evaluation.maxTokens": integer("Measuring", 1024, 1, 131_072, code, "Longest answer in measurements, tokens."),
  "checkpoint.every": integer(
    "Measuring",
    100,
    0,
    1_000_000,
    code,
    "Updates between two checkpoints that a run can resume from.",
  ),
};
