import { describe, expect, it } from "vitest";
import type { EvaluatedItem } from "../contract/evaluation.ts";
import { upstreamResults } from "./evaluation/upstream.ts";
import { DIFFERENCE_REASONS, rescore, type DifferenceReason } from "./rescore.ts";
import { readResultFile } from "./result-files.ts";

/** A row as the published evaluation writes it. */
function row(type: string, output: string, solution: string, reward: number, more: object = {}): object {
  const inside = /<answer>\s*([^]*?)\s*<\/answer>/.exec(output);
  return {
    problem_id: 1,
    problem: "Q",
    data_type: "video",
    problem_type: type,
    options: type === "multiple choice" ? ["A. a", "B. b"] : null,
    original_question_type: "open",
    process: "",
    solution: `<answer>${solution}</answer>`,
    path: "./Evaluation/X/a.mp4",
    data_source: "X",
    output,
    prediction: inside?.[1] ?? output,
    reward,
    correct: reward === 1,
    ...more,
  };
}
const fileOf = (rows: readonly object[], means: object = { mean_acc: 0.5, mean_mra: 0 }): string =>
  JSON.stringify({ results: rows, final_acc: [means] });
const tagged = (answer: string): string => `<think>t</think>\n<answer>${answer}</answer>`;

/** What the scripts store, with the edge cases that they are known for. */
const PUBLISHED: readonly object[] = [
  row("multiple choice", tagged(" B\n"), "B", 1),
  row("multiple choice", tagged("B. left"), "B", 0),
  row("multiple choice", "B", "B", 1),
  row("multiple choice", "The answer is B", "B", 0),
  row("multiple choice", "error", "B", 0),
  row("multiple choice", tagged("J"), "J", 1),
  row("numerical", tagged("3.0"), "3", 0),
  row("numerical", tagged("1,000"), "1000.0", 1),
  row("numerical", tagged("42%"), "42", 0),
  row("regression", tagged("1.8"), "2", 0.8),
  row("regression", tagged("2.5"), "2", 0.5),
  // float32: the relative error of 0.95 against 1 is not below 1 - 0.95.
  row("regression", tagged("0.95"), "1", 0.8999999761581421),
  row("regression", tagged("0"), "0", 1),
  row("regression", tagged("two"), "2", 0),
  row("OCR", tagged("STOP"), "STOP", 0),
  row("free-form", tagged("a table"), "a table", 0),
];

describe("a published result file", () => {
  it("is reproduced row by row, with its means", () => {
    const file = readResultFile(fileOf(PUBLISHED, { mean_acc: 4 / 11, mean_mra: 0.64 }));
    const result = rescore(file);
    expect(result.differences).toEqual([]);
    expect(result).toMatchObject({ rules: "evaluation", rows: 16, reproduced: 16 });
    expect(result.means.accuracy).toBeCloseTo(4 / 11, 12);
    expect(result.means.relativeAccuracy).toBeCloseTo(0.64, 6);
    expect(result.means.stated).toEqual({ meanAccuracy: 4 / 11, meanRelativeAccuracy: 0.64 });
  });

  it("may hold what Python writes and JSON does not know, and rows that cannot be read", () => {
    const source = fileOf([row("numerical", tagged("NaN, Infinity"), "1", 0), { problem_type: 3 }]).replace(
      '"mean_mra":0',
      '"mean_mra":NaN',
    );
    const file = readResultFile(source);
    expect(file.rows[0]!.output).toContain("NaN, Infinity");
    expect(file.stated.meanRelativeAccuracy).toBeNull();
    expect(file.problems).toEqual([{ row: 2, reason: expect.stringContaining("problem_type") as string }]);
    expect(() => readResultFile("[1,")).toThrow(/not valid JSON/);
    expect(() => readResultFile("{}")).toThrow(/no list under "results"/);
  });
});

it("reproduces the result files that evaluations here write", () => {
  const item = (problemType: string, text: string, answer: string, prediction: string, score: number): EvaluatedItem =>
    ({
      sampleId: "1",
      question: "Q",
      problemType,
      options: [],
      answer,
      text,
      prediction,
      error: null,
      media: null,
      groups: {},
      scores: { score },
    }) as unknown as EvaluatedItem;
  const items = [
    item("multiple choice", tagged("B"), "B", "B", 1),
    item("regression", tagged("1.8"), "2", "1.8", 0.8),
    { ...item("multiple choice", "", "B", "", 0), error: { file: "a.mp4", reason: "r", remedy: "r" } } as EvaluatedItem,
  ];
  const result = rescore(readResultFile(JSON.stringify(upstreamResults(items))));
  expect(result).toMatchObject({ rows: 3, reproduced: 3, differences: [] });
  expect(result.means.accuracy).toBe(result.means.stated.meanAccuracy);
});

describe("a difference", () => {
  const cases: readonly (readonly [DifferenceReason, object])[] = [
    ["prediction without tag", row("multiple choice", "B", "B", 0, { prediction: "" })],
    ["empty answer tags", row("multiple choice", "<answer></answer>", "", 0)],
    ["last answer", row("multiple choice", "<answer>A</answer> no, <answer>B</answer>", "B", 1, { prediction: "B" })],
    ["extraction differs", row("multiple choice", "Answer: B", "B", 1, { prediction: "B" })],
    ["training rules", row("regression", tagged("1.5"), "2", 0.75)],
    ["training rules", row("OCR", tagged("STOP"), "STOP", 1)],
    ["choice normalised", row("multiple choice", tagged("(b)"), "B", 1)],
    ["number parsing", row("numerical", tagged("42%"), "42", 1)],
    ["number parsing", row("numerical", tagged("3.0"), "3", 1)],
    ["MRA variant", row("regression", tagged("1.5"), "2", 0.6)],
    ["ROUGE variant", row("free-form", tagged("a man cooks"), "a man is cooking", 0.5714285714285715)],
    ["word error variant", row("OCR", tagged("stop"), "STOP", 1)],
    ["rounding", row("regression", tagged("1.8"), "2", 0.803)],
    ["failed batch", row("multiple choice", "error", "B", 1)],
    ["failed batch", row("multiple choice", "<answer>error</answer>", "B", 1)],
    ["no output", row("multiple choice", "x", "B", 1, { output: null, prediction: null })],
    ["no reward", row("multiple choice", "x", "B", 1, { reward: null })],
    ["correct flag", row("multiple choice", tagged("B"), "B", 1, { correct: false })],
    ["unexplained", row("multiple choice", tagged("A"), "B", 0.37)],
  ];

  it.each(cases)("is named: %s", (reason, stored) => {
    const { differences } = rescore(readResultFile(fileOf([stored])));
    expect(differences.map((difference) => difference.reason)).toEqual([reason]);
  });

  it("has an example of every reason but those of annotation files and of judged tables", () => {
    const covered = new Set(cases.map(([reason]) => reason));
    expect(Object.keys(DIFFERENCE_REASONS).filter((reason) => !covered.has(reason as DifferenceReason))).toEqual([
      "evaluation rules",
      "another judge",
    ]);
  });
});

describe("an annotation file", () => {
  const annotated = (type: string, output: string, solution: string, reward: number): object => ({
    ...row(type, output, solution, reward),
    prediction: undefined,
    correct: undefined,
    answer: "x",
    select: reward > 0.6,
  });

  it("is scored by the rules of training", () => {
    const rows = [
      annotated("free-form", tagged("table"), "table", 2 / 3),
      annotated("regression", tagged("1.5"), "2", 0.75),
      annotated("multiple choice", "B", "B", 0),
    ];
    expect(rescore(readResultFile(fileOf(rows)))).toMatchObject({ rules: "training", reproduced: 3, differences: [] });
    const other = rescore(readResultFile(fileOf([annotated("regression", tagged("1.5"), "2", 0.5)])));
    expect(other.differences[0]!.reason).toBe("evaluation rules");
  });
});
