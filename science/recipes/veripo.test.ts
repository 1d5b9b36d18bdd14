import { describe, expect, it } from "vitest";
import { NO_SAMPLE } from "../records.ts";
import type { SettingsError } from "../recipe.ts";
import { scoreRollout } from "../rewards/reward.ts";
import type { DpoStageSettings, RlStageSettings } from "../settings.ts";
import { veripo } from "./veripo.ts";

const stagesOf = (overrides = {}) => veripo.settings("tiny", overrides).stages;
const names = (overrides = {}): string[] => stagesOf(overrides).map(({ name }) => name);
const stage = <Kind extends RlStageSettings | DpoStageSettings>(name: string, overrides = {}): Kind =>
  stagesOf(overrides).find((one) => one.name === name) as Kind;

describe("VerIPO's loop", () => {
  it("alternates search and preference, each preference stage on the rollouts of the search before it", () => {
    expect(names()).toEqual(["sft", "rl", "dpo", "rl-2", "dpo-2"]);
    expect(stage<DpoStageSettings>("dpo").rolloutsOf).toBe("rl");
    expect(stage<DpoStageSettings>("dpo-2").rolloutsOf).toBe("rl-2");
    expect(names({ "veripo.rounds": 3, "veripo.endWithDpo": false })).toEqual([
      "sft",
      "rl",
      "dpo",
      "rl-2",
      "dpo-2",
      "rl-3",
    ]);
  });

  it("leaves four fifths of the solved prompts out of each later search", () => {
    expect(stage<RlStageSettings>("rl").pruning).toBeNull();
    expect(stage<RlStageSettings>("rl-2").pruning).toEqual({ rolloutsOf: "rl", share: 0.8 });
  });

  it("is GRPO alone with the same rounds where no kind of pair is wanted", () => {
    expect(names({ "veripo.kinds": "none" })).toEqual(["sft", "rl", "rl-2"]);
  });

  it("begins with pictures and ends on videos in the published diet", () => {
    const diet = veripo.settings("diet").stages;
    expect(diet.map(({ name }) => name)).toEqual(["sft", "activate", "rl", "dpo", "rl-2", "dpo-2"]);
    const rows = (name: string) => (diet.find((one) => one.name === name) as RlStageSettings).rows;
    const [picture, video] = [{ ...NO_SAMPLE, dataType: "image" as const }, NO_SAMPLE];
    expect([rows("activate")!(picture), rows("activate")!(video)]).toEqual([true, false]);
    expect(rows("rl")).toBeNull();
    expect([rows("rl-2")!(picture), rows("rl-2")!(video)]).toEqual([false, true]);
    expect(diet.filter((one) => one.kind === "dpo").every(({ videosOnly }) => videosOnly)).toBe(true);
  });

  it("hands on who judges, and never the same judge twice by default", () => {
    const { judge, secondJudge } = stage<DpoStageSettings>("dpo");
    expect(judge).toMatchObject({ kind: "rule", judge: { name: "last-statement-rule" } });
    expect(secondJudge!.name).toBe("option-word-rule");
    const asked = stage<DpoStageSettings>("dpo", {
      "veripo.judge": "endpoint",
      "veripo.judgeAt": "http://h/v1",
      "veripo.judgeModel": "m",
    });
    expect(asked.judge).toEqual({ kind: "endpoint", address: "http://h/v1", model: "m" });
    const continues = stage<DpoStageSettings>("dpo", {
      "veripo.judge": "checkpoint-continues",
      "veripo.judgeAt": "/m",
    });
    expect(continues.judge).toEqual({ kind: "checkpoint", folder: "/m", manner: "continues" });
  });

  it("is refused at the setting that is wrong where nobody could judge", () => {
    const fieldOf = (overrides: object): string | null => {
      try {
        stagesOf(overrides);
        return null;
      } catch (error) {
        return (error as SettingsError).field;
      }
    };
    expect(fieldOf({ "veripo.judge": "checkpoint-asked" })).toBe("veripo.judgeAt");
    expect(fieldOf({ "veripo.judge": "checkpoint-asked", "veripo.judgeAt": "http://h/v1" })).toBe("veripo.judgeAt");
    expect(fieldOf({ "veripo.judge": "endpoint", "veripo.judgeAt": "h:8000" })).toBe("veripo.judgeAt");
    expect(fieldOf({ "veripo.judge": "endpoint", "veripo.judgeAt": "http://h/v1" })).toBe("veripo.judgeModel");
    expect(fieldOf({ "veripo.judge": "option-word" })).toBeNull();
  });

  it("measures regression rows by the published scorer's 11 thresholds unless told otherwise", () => {
    const row = { ...NO_SAMPLE, problemType: "regression" as const, answer: "10" };
    const rollout = { text: "", prediction: "9", accuracy: 0.9, tokenCount: 3 };
    const score = (numbers: string): number =>
      scoreRollout(stage<RlStageSettings>("rl", { "veripo.numbers": numbers }).rewards, rollout, row)["accuracy"]!;
    expect(score("mra-11")).toBeCloseTo(9 / 11, 12);
    expect(score("mra-10")).toBeCloseTo(0.9, 12);
    expect(score("relative-error")).toBe(0.9);
    const choice = { ...row, problemType: "multiple choice" as const };
    expect(scoreRollout(stage<RlStageSettings>("rl").rewards, { ...rollout, accuracy: 1 }, choice)["accuracy"]).toBe(1);
  });
});
