import { describe, expect, it } from "vitest";
import type { RlStageSettings } from "../settings.ts";
import { grpoCare } from "./grpo-care.ts";

const rl = (preset: string, overrides = {}): RlStageSettings =>
  grpoCare.settings(preset, overrides).stages.find((stage) => stage.kind === "rl") as RlStageSettings;
const parts = (stage: RlStageSettings): string[] => stage.rewards.map(({ name }) => name);

describe("GRPO-CARE's switches", () => {
  it("are the published bonus without a KL term and a reference that moves every 10 updates", () => {
    const stage = rl("tiny");
    expect(parts(stage)).toContain("consistency");
    expect(stage).toMatchObject({ klBeta: 0, klTokens: "all", movingReference: { every: 10, decay: 0.995 } });
  });

  it("give each of the published ablations its own stage", () => {
    const about = (preset: string) => {
      const { klBeta, klTokens, movingReference, rewards } = rl(preset);
      const bonus = rewards.find(({ name }) => name === "consistency");
      const again = bonus !== undefined && "needsAnswerAgain" in bonus && bonus.needsAnswerAgain === true;
      return [
        klBeta > 0,
        klTokens,
        movingReference !== null,
        bonus === undefined ? "none" : again ? "again" : "likelihood",
      ];
    };
    expect(about("ablation-kl")).toEqual([true, "all", false, "none"]);
    expect(about("ablation-kl-ema")).toEqual([true, "all", true, "none"]);
    expect(about("ablation-kl-ema-accurate")).toEqual([true, "accurate", true, "none"]);
    expect(about("ablation-kl-split")).toEqual([true, "split", true, "none"]);
    expect(about("plain-grpo")).toEqual([false, "all", false, "none"]);
    expect(about("dense")).toEqual([false, "all", true, "likelihood"]);
    expect(about("refgen")).toEqual([false, "all", true, "again"]);
    expect(about("tiny")).toEqual([false, "all", true, "likelihood"]);
  });

  it("hold on to the frozen start in the first paper's GRPO", () => {
    expect(rl("seed-grpo")).toMatchObject({ klBeta: 0.1, movingReference: null });
    expect(grpoCare.settings("seed-grpo").values["rl.klClamp"]).toBe(11);
  });
});
