import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answersInLine, answersTogether, clipsTogether } from "./answering.ts";
import { QWEN_3B, QWEN_7B } from "./qwen.ts";

const base = JSON.parse(
  readFileSync(new URL("../../resources/base-model/config.json", import.meta.url), "utf8"),
) as object;
/** 16 and 64 frames by the paper's protocol. */
const short = { visualTokens: 8 * 252, maxTokens: 1024 };
const long = { visualTokens: 32 * 252, maxTokens: 1024 };

describe("questions that are answered together", () => {
  it("are many for the small model and few for a 7B with long clips", () => {
    expect(answersTogether(base, { visualTokens: 36, maxTokens: 48 })).toBe(64);
    const seven = answersTogether(QWEN_7B, short);
    expect(seven).toBeGreaterThan(4);
    expect(seven).toBeLessThan(16);
    expect(answersTogether(QWEN_7B, long)).toBeLessThan(seven);
    expect(answersTogether(QWEN_3B, short)).toBeGreaterThan(seven);
  });

  it("take keys and values by the byte: 114,688 of them a token of a 7B", () => {
    const tokens = short.visualTokens + 200 + short.maxTokens;
    const together = answersTogether(QWEN_7B, short, 8 * 2 ** 30);
    expect(together * tokens * 114_688).toBeLessThan(8 * 2 ** 30);
    expect((2 * together + 1) * tokens * 114_688).toBeGreaterThan(8 * 2 ** 30);
  });

  it("have up to three times as many waiting in line, as far as their pictures are small", () => {
    expect(answersInLine(base, { visualTokens: 36, maxTokens: 48 }, 64)).toBe(256);
    const seven = answersTogether(QWEN_7B, short);
    expect(answersInLine(QWEN_7B, short, seven)).toBeLessThan(2 * seven);
    expect(answersInLine(QWEN_7B, long, 1)).toBeGreaterThanOrEqual(1);
    expect(answersInLine({}, short, 5)).toBe(5);
    expect(clipsTogether({ maxFrames: 16, maxPixels: 105_369 })).toBe(26);
    expect(clipsTogether({ maxFrames: 4, maxPixels: 784 })).toBe(256);
  });

  it("are one at least, and all where the model is not known", () => {
    expect(answersTogether(QWEN_7B, long, 1)).toBe(1);
    expect(answersTogether({}, short)).toBe(64);
  });
});
