import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { extractForEvaluation } from "../answers.ts";
import { answerSpan } from "./answer-span.ts";
import { readLetter, readLetters } from "./letter.ts";
import { readNumber } from "./number.ts";
import { readPolarity } from "./polarity.ts";
import { readBox, readSegments } from "./spans.ts";

interface Case {
  readonly rule: "strict" | "letter" | "letters" | "number" | "yes-no" | "segments" | "box";
  readonly text: string;
  readonly options?: readonly string[];
  readonly value: unknown;
  readonly reason: string;
}

const { cases } = JSON.parse(readFileSync("resources/extraction-cases.json", "utf8")) as { cases: readonly Case[] };

function extracted({ rule, text, options = [] }: Case): unknown {
  const span = answerSpan(text).text;
  switch (rule) {
    case "strict":
      return extractForEvaluation(text).prediction;
    case "letter":
      return readLetter(span, options).value;
    case "letters":
      return readLetters(span, options).value;
    case "number":
      return readNumber(span).value;
    case "yes-no":
      return readPolarity(span).value;
    case "segments":
      return readSegments(span).value;
    case "box":
      return readBox(span).value;
  }
}

describe("the table of hard answers", () => {
  it("holds at least eighty, each with the reason for its decision", () => {
    expect(cases.length).toBeGreaterThanOrEqual(80);
    for (const one of cases) expect(one.reason.length, one.text).toBeGreaterThan(8);
  });

  it.each(cases.map((one) => [one.rule, one.text, one.value, one] as const))(
    "%s: %j is %j",
    (_rule, _text, value, one) => {
      expect(extracted(one), one.reason).toEqual(value);
    },
  );
});

it("takes time linear in the text", () => {
  const started = performance.now();
  for (const text of [
    "<answer>".repeat(20_000),
    "A ".repeat(50_000),
    "1,".repeat(50_000),
    "the answer is ".repeat(10_000),
  ]) {
    const span = answerSpan(text).text;
    readLetter(span, ["A. x", "B. y"]);
    readNumber(span);
    readPolarity(span);
    readSegments(span);
  }
  expect(performance.now() - started).toBeLessThan(5000);
});
