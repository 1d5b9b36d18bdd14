/** DeepVideo-R1: regression on normalised advantages instead of clipped ratios (arXiv 2506.07464). */
import { extendRecipe } from "../extend-recipe.ts";
import { regGrpo } from "../objectives/reg-grpo.ts";
import { choice, integer, number, ours, paper } from "./field-builders.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Reg-GRPO";
const tiny = videoR1.presets["tiny"]!;
const withoutContrast = { "temporal.enabled": false, "rl.shuffledGroupSize": 0, "length.enabled": false } as const;

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
  fields: {
    "reg.objective": choice(
      SECTION,
      "reg-grpo",
      ["reg-grpo", "grpo"],
      paper("reg-grpo"),
      "The regression, or GRPO as set under Reinforcement learning (baseline).",
    ),
    "reg.sigmaFloor": number(
      SECTION,
      0.3,
      1e-6,
      10,
      ours,
      "Floor of the log-ratios' deviation, nats; without one the loss is 0/0 before the first update.",
    ),
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
  presets: {
    tiny: { ...tiny, values: { ...tiny.values, ...withoutContrast, "rl.innerUpdates": 2, "rl.steps": 120 } },
    "paper-v5": {
      title: "As the paper says",
      summary: "G 8, KL 0.1, frozen vision tower, 16 frames at 252 x 252. Learning rate and inner updates are ours.",
      values: {
        ...withoutContrast,
        "sft.steps": 0,
        "rl.steps": 2000,
        "vision.freeze": true,
        "vision.minPixels": 252 * 252,
        "vision.maxPixels": 252 * 252,
      },
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
      metrics: ["frac_reward_zero_std"],
      explanation: "Share of groups whose rewards are all equal: they are left out of the regression.",
    },
  ],
  stages: (base, values) =>
    base.map((stage) =>
      stage.kind !== "rl" || values["reg.objective"] === "grpo"
        ? stage
        : {
            ...stage,
            objective: regGrpo({
              sigmaFloor: values["reg.sigmaFloor"] as number,
              klClamp: (values["rl.klClamp"] as number) === 0 ? null : (values["rl.klClamp"] as number),
            }),
          },
    ),
});
