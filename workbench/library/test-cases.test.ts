import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSamples } from "../../science/records.ts";
import { benchmarkById, fileInDataFolder } from "../evaluations/benchmarks.ts";
import { openUser, type Db } from "../store/databases.ts";
import { makeSyntheticClips } from "../testing/synthetic-clips.ts";
import { temporaryData } from "../testing/temporary.ts";
import { listCases, removeCase, saveCase, testCasesFile } from "./test-cases.ts";

let data = "";
let user: Db;
let clip = "";
const kept = { question: "which way ?", options: ["left", "right"], answer: "right", frames: 8, note: "it turns" };

beforeAll(() => {
  data = temporaryData();
  user = openUser(data);
  clip = join(data, "synthetic-media", makeSyntheticClips(data, 1, true)[0]!.path);
});
afterAll(() => user.close());

describe("a test case", () => {
  it("is a row of a benchmark with the letter of the answer and a copy of the clip", () => {
    const saved = saveCase(data, user, { ...kept, path: clip });
    expect(saved).toMatchObject({ options: ["A. left", "B. right"], answer: "B", problemType: "multiple choice" });
    const file = fileInDataFolder(data, benchmarkById("test-cases"))!;
    const { samples, problems } = readSamples(readFileSync(file, "utf8"), file);
    expect(problems).toEqual([]);
    expect(samples).toMatchObject([{ id: saved.id, answer: "B", dataType: "video", task: "test cases" }]);
    expect(readFileSync(join(data, "test-cases", samples[0]!.path))).toEqual(readFileSync(clip));
    expect(listCases(data, user)).toEqual([saved]);
  });

  it("shares its copy with another one of the same clip, and takes it along only as the last", () => {
    const first = listCases(data, user)[0]!;
    const second = saveCase(data, user, { ...kept, options: [], answer: "3", path: clip });
    expect([second.path, second.problemType]).toEqual([first.path, "numerical"]);
    expect(removeCase(data, user, first.id)).toBe(true);
    expect(existsSync(second.path)).toBe(true);
    expect(removeCase(data, user, second.id)).toBe(true);
    expect(existsSync(second.path)).toBe(false);
    expect(removeCase(data, user, second.id)).toBe(false);
    expect(readFileSync(testCasesFile(data), "utf8")).toBe("[]\n");
  });

  it("is refused where its answer is none of the options", () => {
    expect(() => saveCase(data, user, { ...kept, answer: "up", path: clip })).toThrow(
      'The expected answer "up" is none of the options: give a letter from A to B',
    );
  });
});
