import { expect, it } from "vitest";
import { readResultFile } from "../result-files.ts";
import { importedItems } from "./imported.ts";
import { summariseView } from "./summary.ts";
import { upstreamResults } from "./upstream.ts";

const row = (id: number, type: string, output: string | null, solution: string, reward: number) => ({
  problem_id: id, problem: "Q", problem_type: type, data_type: "video", options: ["A. a", "B. b"], path: "./v.mp4",
  solution: `<answer>${solution}</answer>`, data_source: "X", original_question_type: "open", output, reward, correct: reward === 1,
}); // prettier-ignore
const ROWS = [
  row(1, "multiple choice", "<think>t</think><answer>B</answer>", "B", 1),
  row(2, "multiple choice", "<answer>(b)</answer>", "B", 1),
  row(3, "regression", "<answer>1.8</answer>", "2", 0.8),
  row(3, "multiple choice", "A", "B", 0),
  row(5, "multiple choice", null, "B", 1),
];
const { items, rescored } = importedItems(readResultFile(JSON.stringify({ results: ROWS })), "theirs.json");

it("scores stored outputs again, keeps the stored reward beside, and counts differences by their reason", () => {
  expect(items.map(({ scores }) => scores)).toEqual([
    { score: 1, accuracy: 1, stored: 1 },
    { score: 0, accuracy: 0, stored: 1 },
    { score: expect.closeTo(0.8, 6) as number, mra: expect.closeTo(0.8, 6) as number, stored: 0.8 },
    { score: 0, accuracy: 0, stored: 0 },
    {},
  ]);
  expect(items[1]!.extraction).toMatch(/^first tags; stored reward 1: .* takes the letter out/);
  expect(rescored).toMatchObject({ rows: 5, reproduced: 3 });
  const { breakdowns, metrics } = summariseView(items, []);
  expect(breakdowns["stored reward"]).toMatchObject({ reproduced: { n: 3 }, "choice normalised": { n: 1 } });
  expect(metrics["accuracy"]).toMatchObject({ n: 3, value: 1 / 3 });
  expect(metrics["stored"]!.value).toBeCloseTo(2.8 / 4, 12);
});

it("makes a row without an output an item that was not asked, and tells rows with one number apart", () => {
  expect(items[4]!.error).toMatchObject({ file: "theirs.json", place: "row 5" });
  expect(items.map(({ sampleId }) => sampleId)).toEqual(["1", "2", "3", "3#2", "5"]);
});

it("reads what evaluations here write: same scores, every reward reproduced", () => {
  const written = importedItems(readResultFile(JSON.stringify(upstreamResults(items.slice(0, 4)))), "ours.json");
  expect(written.rescored).toMatchObject({ rows: 4, reproduced: 4, differences: [] });
  expect(written.items.map(({ scores }) => scores["score"])).toEqual(
    items.slice(0, 4).map(({ scores }) => scores["score"]),
  );
});
