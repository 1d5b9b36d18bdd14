import { describe, expect, it } from "vitest";
import { NO_SAMPLE } from "../records.ts";
import { formatReward } from "../rewards/format.ts";
import type { RlStageSettings } from "../settings.ts";
import { deepVideoR1 } from "./deepvideo-r1.ts";
import { grpoCare } from "./grpo-care.ts";
import { twGrpo } from "./tw-grpo.ts";
import { recipeById } from "./index.ts";

const rl = (recipe: string, preset: string, overrides = {}): RlStageSettings =>
  recipeById(recipe)
    .settings(preset, overrides)
    .stages.find((stage) => stage.kind === "rl") as RlStageSettings;

describe("TW-GRPO as published", () => {
  it("has the constants of the authors' scripts", () => {
    const { values } = twGrpo.settings("upstream-code");
    expect(values).toMatchObject({
      "tw.alpha": 1.7,
      "tw.measure": "code_k3",
      "tw.fill": "uniform",
      "rl.groupSize": 8,
      "rl.promptsPerStep": 2,
      "rl.steps": 500,
      "rl.klBeta": 0,
      "rl.clip": 20,
      "rl.epsilonLow": 0.2,
      "rl.epsilonHigh": 0.28,
      "rl.learningRate": 1e-6,
      "sampling.temperature": 1,
      "sampling.maxTokens": 4096,
      "vision.maxFrames": 16,
      "vision.maxPixels": 196 * 28 * 28,
      "vision.freeze": true,
    });
    expect(rl("tw-grpo", "upstream-code").objective.name).toBe("dapo");
  });

  it("trains on questions with one letter only in that ablation", () => {
    expect(rl("tw-grpo", "tiny").rows).toBeNull();
    const { rows } = rl("tw-grpo", "tiny", { "tw.questions": "one letter" });
    expect(["B", "A,C"].map((answer) => rows!({ ...NO_SAMPLE, answer }))).toEqual([true, false]);
  });

  it("forgives text before the blocks and what its code forgives after them, and nothing else", () => {
    const searched = (text: string): number => formatReward(text, { searched: true });
    expect(searched("Well. <think>a</think> <answer>A</answer> !\n")).toBe(1);
    expect(searched("<think>a</think><answer>A</answer> so")).toBe(0);
    expect(searched("<think>a<think>b</think><answer>A</answer>")).toBe(0);
    expect(formatReward("Well. <think>a</think><answer>A</answer>")).toBe(0);
    const { rewards } = rl("tw-grpo", "upstream-code");
    const format = rewards.find(({ name }) => name === "format")!;
    const rollout = { text: "So: <think>a</think><answer>A</answer>", prediction: "A", accuracy: 1, tokenCount: 9 };
    expect("score" in format && format.score(rollout, NO_SAMPLE)).toBe(1);
  });
});

describe("SEED-Bench-R1 as published", () => {
  it("rewards accuracy alone, with KL 0.1, 256 tokens and one prompt on each of 8 devices", () => {
    const stage = rl("grpo-care", "seed-grpo");
    expect(stage).toMatchObject({ klBeta: 0.1, promptsPerStep: 8, steps: 750, groupSize: 8 });
    expect(stage.sampling).toMatchObject({ temperature: 1, topP: 1, maxTokens: 256 });
    const rollout = { text: "", prediction: "B", accuracy: 1, tokenCount: 9 };
    const formatted = { ...rollout, text: "<think>a</think><answer>B</answer>" };
    const earned = (one: typeof rollout): number =>
      stage.rewards.reduce((sum, part) => sum + ("score" in part ? part.score(one, NO_SAMPLE) : 0), 0);
    expect(earned(formatted)).toBe(1);
    expect(earned(rollout)).toBe(1);
  });

  it("compares first characters, so that words before the letter are wrong", () => {
    const { answers } = rl("grpo-care", "seed-grpo");
    const score = (answer: string): number => answers.reward("multiple choice", answer, "B.");
    expect(["B. move tray", "The answer is B", "", " B"].map(score)).toEqual([1, 0, 0, 1]);
    expect(grpoCare.settings("seed-grpo").evaluation.answers.measure("multiple choice", "B. move", "B")).toBe(1);
    expect(rl("grpo-care", "tiny").answers.reward("multiple choice", "B. move tray", "B")).toBe(0);
  });

  it("has SFT at 2e-5 on a cosine with a tenth of warm-up, 16 traces an update, and no RL", () => {
    const { stages } = grpoCare.settings("seed-sft");
    expect(stages).toHaveLength(1);
    expect(stages[0]).toMatchObject({ kind: "sft", steps: 375, batchSize: 16, lossOn: "assistant" });
    expect(stages[0]!.optimizer).toMatchObject({ learningRate: 2e-5, schedule: "cosine", warmupSteps: 38 });
  });
});

describe("GRPO-CARE as published", () => {
  it("has a margin of 0.01 on general data and none on SEED-Bench-R1", () => {
    expect(grpoCare.settings("upstream-general").values).toMatchObject({ "care.margin": 0.01, "rl.steps": 1000 });
    const { values } = grpoCare.settings("upstream-code");
    expect(values).toMatchObject({ "care.margin": 0, "care.weight": 0.5, "care.ceiling": 0.95, "rl.steps": 1500 });
    expect(values).toMatchObject({
      "rl.weightDecay": 0.01,
      "rl.clip": 5,
      "sampling.maxTokens": 768,
      "rl.groupSize": 8,
    });
  });
});

describe("DeepVideo-R1's comparison", () => {
  it("puts another loss, and the advantages that it takes, in Reg-GRPO's place", () => {
    const about = (objective: string): (string | undefined)[] => {
      const stage = rl("deepvideo-r1", "tiny", { "reg.objective": objective });
      return [stage.objective.name, stage.advantage];
    };
    expect(about("reg-grpo")).toEqual(["reg_grpo", "group"]);
    expect(about("grpo")).toEqual(["video_r1", "group"]);
    expect(about("reinforce")).toEqual(["video_r1", "reward"]);
    expect(about("rloo")).toEqual(["video_r1", "rloo"]);
    expect(about("rebel")).toEqual(["rebel", "none"]);
    expect(about("online-dpo")).toEqual(["online_dpo", "none"]);
    expect(about("reward-regression")).toEqual(["reward_regression", "none"]);
  });

  it("rewards the named stretch of time where the paper trains on NExT-GQA", () => {
    const names = (preset: string): string[] => rl("deepvideo-r1", preset).rewards.map(({ name }) => name);
    expect(names("paper-grounding")).toContain("temporal_iou");
    expect(names("paper-v5")).not.toContain("temporal_iou");
    expect(deepVideoR1.settings("paper-v5").values).toMatchObject({ "rl.klBeta": 0.1, "rl.groupSize": 8 });
  });
});
