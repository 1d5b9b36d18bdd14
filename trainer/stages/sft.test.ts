import { describe, expect, it } from "vitest";
import type { TextTokenizer } from "../data/tokens.ts";
import { answerWeights } from "./sft.ts";

/** One token a character. */
const tokenizer = { tokenText: (id: number) => String.fromCharCode(id) } as TextTokenizer;
const weightsOf = (text: string): string =>
  Array.from(
    answerWeights(
      { tokenizer },
      Int32Array.from(text, (character) => character.charCodeAt(0)),
      4,
    ),
  ).join("");

describe("answer weights", () => {
  it("fall on what stands between the answer tags and on nothing else", () => {
    expect(weightsOf("<think>B</think>\n<answer>BC</answer>")).toBe("1".repeat(25) + "44" + "1".repeat(9));
  });

  it("leave a target without an answer alone", () => {
    expect(weightsOf("no tags")).toBe("1111111");
  });
});
