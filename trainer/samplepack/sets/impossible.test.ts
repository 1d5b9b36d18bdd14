import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dietOf } from "../../../science/videohallu/diets.ts";
import { isAlignment } from "../../../science/videohallu/taxonomy.ts";
import { readSamples } from "../../../science/records.ts";
import { combinationKey } from "../clip.ts";
import { sha256 } from "../pack.ts";
import { renderClip, SAMPLED_FRAMES } from "../render.ts";
import { lawQuestion } from "./impossible-questions.ts";
import { LAWS } from "./impossible-laws.ts";
import { IMPOSSIBLE_SET, pairsOf, splitOfPair } from "./impossible.ts";

const files = Object.assign({}, ...IMPOSSIBLE_SET.splits(false).map((split) => split.files)) as Record<string, string>;
const samples = (file: string) => {
  const { samples: rows, problems } = readSamples(files[file]!, file);
  expect(problems).toEqual([]);
  return rows;
};

describe("the pack of impossible events", () => {
  it("holds out the questions whose hash was committed before any run on them", () => {
    const { heldOut } = JSON.parse(readFileSync("resources/impossible-set.json", "utf8")) as {
      heldOut: { sha256: string; rows: number };
    };
    expect(sha256(files["heldout.json"]!)).toBe(heldOut.sha256);
    expect(samples("heldout.json")).toHaveLength(heldOut.rows);
  });

  it("asks both clips of a pair the same, with opposite answers: words alone give one half", () => {
    for (const pair of pairsOf("heldout", 60)) {
      const [usual, other] = [lawQuestion(pair, pair.possible), lawQuestion(pair, pair.impossible)];
      expect(other.text).toBe(usual.text);
      expect([usual.answer, other.answer].sort()).toEqual(["no", "yes"]);
    }
    const law = samples("heldout.json").filter(({ task }) => !isAlignment(task));
    expect(law.filter(({ answer }) => answer === "yes")).toHaveLength(law.length / 2);
  });

  it("differs within a pair from the second of the event on, and nowhere before", () => {
    for (const pair of pairsOf("heldout", LAWS.length * 2)) {
      const [possible, impossible] = [renderClip(pair.possible), renderClip(pair.impossible)];
      const frame = (clip: typeof possible, sampled: number): string =>
        clip.data.subarray(sampled * clip.height * clip.width * 3, (sampled + 1) * clip.height * clip.width * 3).join();
      const differs = SAMPLED_FRAMES.map((at) => frame(possible, at) !== frame(impossible, at));
      expect(differs.indexOf(true), pair.law).toBe(2 * pair.brokenAt);
    }
  });

  it("says of an impossible clip's question which frame contradicts the usual answer, and of no other", () => {
    for (const { task, extra } of samples("heldout.json")) {
      const violation = extra["violation"] as { second: number; frame: number } | undefined;
      expect(violation !== undefined).toBe(extra["possible"] === false && !isAlignment(task));
      if (violation) expect(violation.frame).toBe(2 * violation.second);
    }
  });

  it("keeps a pair, and so each of its videos and combinations, in one split", () => {
    const splits = ["physics", "synthetic", "validation", "heldout"] as const;
    const keys = splits.map((split) =>
      pairsOf(split, 60).map((pair) => {
        expect(splitOfPair(pair)).toBe(split);
        return `${combinationKey(pair.possible)} ${combinationKey(pair.impossible)}`;
      }),
    );
    expect(new Set(keys.flat()).size).toBe(new Set(keys.map((own) => [...new Set(own)]).flat()).size);
    const videos = (file: string) => new Set(samples(file).map(({ path }) => path));
    const trained = videos("train.json");
    for (const file of ["validation.json", "heldout.json"])
      expect([...videos(file)].filter((video) => trained.has(video))).toEqual([]);
  });

  it("shows the cold start no impossible clip, and RL three diets", () => {
    const traces = samples("sft.json");
    expect(traces.filter(({ extra }) => extra["possible"] === false)).toEqual([]);
    expect(new Set(traces.map(dietOf))).toEqual(new Set(["general", "physics"]));
    const rows = samples("train.json");
    expect(new Set(rows.map(dietOf))).toEqual(new Set(["general", "physics", "synthetic"]));
    const synthetic = rows.filter((row) => dietOf(row) === "synthetic");
    expect(synthetic.filter(({ task }) => isAlignment(task)).length / synthetic.length).toBeCloseTo(1 / 3, 2);
  });

  it("has about as many wrong conclusions among its traces as it says", () => {
    const traces = samples("sft.json").filter((row) => dietOf(row) === "physics");
    const right = new Map(samples("train.json").map((row) => [`${row.path} ${row.question}`, row.answer] as const));
    const known = traces.filter((row) => right.has(`${row.path} ${row.question}`));
    const wrong = known.filter((row) => right.get(`${row.path} ${row.question}`) !== row.answer);
    expect(known.length).toBeGreaterThan(200);
    expect(wrong.length / known.length).toBeGreaterThan(0.1);
    expect(wrong.length / known.length).toBeLessThan(0.2);
  });
});
