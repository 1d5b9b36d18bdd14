import { describe, expect, it } from "vitest";
import { NO_SAMPLE } from "../records.ts";
import { temporalIouPart } from "./temporal-iou.ts";

const score = (text: string, extra: object): number =>
  temporalIouPart.score({ text, prediction: "", accuracy: 0, tokenCount: 1 }, { ...NO_SAMPLE, extra: { ...extra } });

describe("the reward for the stretch of time that is named", () => {
  it("is intersection over union with the truth that fits best", () => {
    expect(score("from 2 s to 10 s", { segments: [[0, 10]] })).toBeCloseTo(0.8, 12);
    expect(
      score("from 2 s to 10 s", {
        glue: [
          [40, 50],
          [0, 10],
        ],
      }),
    ).toBeCloseTo(0.8, 12);
  });

  it("takes the last stretch that is named", () => {
    expect(score("0 - 5 s? No: 20 - 30 s", { segments: [[20, 30]] })).toBe(1);
  });

  it("is 0 without a stretch, and for rows that say of none", () => {
    expect(score("later", { segments: [[0, 10]] })).toBe(0);
    expect(score("from 2 s to 10 s", {})).toBe(0);
    expect(score("from 2 s to 10 s", { segments: "0-10" })).toBe(0);
  });
});
