import { describe, expect, it } from "vitest";
import { readRows, readSamples } from "./records.ts";

const row = {
  problem_id: 7,
  problem: "Where does the ball go?",
  data_type: "video",
  problem_type: "multiple choice",
  options: ["A. left", "B. right"],
  process: "<think>It goes left.</think>",
  solution: "<answer>A</answer>",
  path: "./clips/a.mp4",
  data_source: "pack/move",
  seen_pair: true,
};
const array = (...rows: unknown[]): string => `[${rows.map((one) => JSON.stringify(one)).join(",\n")}]`;

describe("readSamples", () => {
  it("reads Video-R1's rows and keeps fields that it does not know", () => {
    const { samples, problems } = readSamples(array(row), "train.json");
    expect(problems).toEqual([]);
    expect(samples[0]).toEqual({
      id: "7",
      question: row.problem,
      dataType: "video",
      problemType: "multiple choice",
      options: row.options,
      process: row.process,
      solution: row.solution,
      answer: "A",
      path: "clips/a.mp4",
      task: "pack/move",
      extra: { seen_pair: true },
    });
  });

  it("reads JSONL as well, blank lines aside", () => {
    const { samples } = readSamples(
      `${JSON.stringify(row)}\n\n${JSON.stringify({ ...row, problem_id: "x" })}\n`,
      "train.jsonl",
    );
    expect(samples.map((sample) => sample.id)).toEqual(["7", "x"]);
  });

  it("takes null options and process, as evaluation files have them", () => {
    const { samples } = readSamples(
      array({ ...row, problem_type: "numerical", options: null, process: "", solution: "<answer>3</answer>" }),
      "e.json",
    );
    expect(samples[0]!.options).toEqual([]);
    expect(samples[0]!.process).toBeUndefined();
  });

  it("collects malformed rows with row, field, reason and remedy, and goes on", () => {
    const missing: Record<string, unknown> = { ...row };
    delete missing.solution;
    const text = array(
      row,
      missing,
      { ...row, problem_type: "riddle" },
      { ...row, path: "../../etc/passwd" },
      { ...row, options: ["A. only"] },
      5,
      { ...row, problem_id: 8 },
    );
    const { samples, problems } = readSamples(text, "train.json");
    expect(samples).toHaveLength(2);
    expect(problems.map(({ row: at, field }) => [at, field])).toEqual([
      [2, "solution"],
      [3, "problem_type"],
      [4, "path"],
      [5, "options"],
      [6, null],
    ]);
    expect(problems[0]).toMatchObject({
      file: "train.json",
      place: "row 2, field solution",
      reason: "the field is missing",
    });
    for (const problem of problems) expect(problem.remedy).not.toBe("");
  });

  it("loses only the element whose JSON is broken", () => {
    const text = `[${JSON.stringify(row)}, {"problem": "a, ] b", oops}, ${JSON.stringify({ ...row, problem_id: 8 })}]`;
    const { samples, problems } = readSamples(text, "train.json");
    expect(samples).toHaveLength(2);
    expect(problems).toMatchObject([{ row: 2, field: null }]);
  });

  it("reports the torn end of a truncated file", () => {
    const { samples, problems } = readSamples(array(row, row).slice(0, -30), "train.json");
    expect(samples).toHaveLength(1);
    expect(problems).toMatchObject([{ row: 2 }]);
  });

  it("gives a second row of the same name another one, and says so", () => {
    const { samples, problems } = readSamples(array(row, row), "train.json");
    expect(samples.map((sample) => sample.id)).toEqual(["7", "7#2"]);
    expect(problems).toMatchObject([{ row: 2, field: "problem_id" }]);
  });

  it("reports a file that is no list of rows once, not line by line", () => {
    const nested = JSON.stringify({ data: [row, row] }, null, 2);
    for (const text of ["", nested, "all\nkinds\nof\ntext\n".repeat(1000)]) {
      expect(readSamples(text, "x.json").problems).toMatchObject([{ place: "the whole file" }]);
    }
  });

  it("never throws, whatever the text is", () => {
    for (const text of ["", "[", "]", "[,,]", "{", "\u0000", '["', "[[[", "not json\nat all"])
      expect(() => [...readRows(text, "x")]).not.toThrow();
  });
});
