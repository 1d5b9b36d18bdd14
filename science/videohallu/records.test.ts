import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dietOf } from "./diets.ts";
import { readSamples } from "../records.ts";
import { importedVerdicts } from "./imported.ts";
import { readBench, readEvaluation, sharedVideos, splitByVideo } from "./records.ts";
import { summariseHallu } from "./summary.ts";

const fixture = (name: string): string => readFileSync(`test/fixtures/videohallu/${name}`, "utf8");

describe("the benchmark's file", () => {
  const { rows, problems } = readBench(fixture("data.jsonl"), "data.jsonl");

  it("becomes questions with generator, category and set as the columns say", () => {
    expect(rows.map(({ id, generator, video, category, set }) => [id, generator, video, category.code, set])).toEqual([
      ["1", "Sora", "Sora/feather_rock_1.mp4", "P-M", null],
      ["2", "Sora", "Sora/feather_rock_1.mp4", "A-EC", null],
      ["3", "Runway-gen2", "Runway-gen2/melon_4.mp4", "SC-TD", "test"],
    ]);
  });

  it("says where its two columns of categories disagree", () => {
    expect(rows.map(({ columnsAgree }) => columnsAgree)).toEqual([true, true, false]);
  });

  it("names line, field and remedy of what cannot be used, and goes on", () => {
    expect(problems.map(({ place }) => place)).toEqual([
      "record 4, field Categorization-2",
      "record 5, field video_path",
      "record 6",
    ]);
    expect(problems[0]!.reason).toContain("none of the 13");
  });
});

describe("the files for training", () => {
  it("leave out the rows whose question is null, and say so", () => {
    const { samples: rows, problems } = readSamples(
      fixture("physbench_train_split.json"),
      "physbench_train_split.json",
    );
    expect(rows.map(({ id, problemType, answer }) => [id, problemType, answer])).toEqual([["2", "free-form", "yes"]]);
    expect(problems.map(({ row, field }) => [row, field])).toEqual([
      [1, "problem"],
      [3, "solution"],
    ]);
    expect(rows.map(dietOf)).toEqual(["physics"]);
  });

  it("take short free-form questions for free-form ones", () => {
    const { samples: rows, problems } = readSamples(fixture("synthetic_data_split.json"), "synthetic_data_split.json");
    expect(problems).toEqual([]);
    expect(rows.map(({ problemType }) => problemType)).toEqual(["free-form", "free-form"]);
    expect(rows.map(dietOf)).toEqual(["synthetic", "synthetic"]);
  });
});

describe("splits", () => {
  it("find videos that training and test share, however their paths are written", () => {
    const train = readSamples(fixture("synthetic_data_split.json"), "f").samples.map(({ path }) => path);
    const test = readBench(fixture("data.jsonl"), "f").rows.map(({ video }) => video);
    expect(sharedVideos(train, test)).toEqual(["Sora/feather_rock_1.mp4"]);
  });

  it("keep all questions of a video on one side, the same for a seed", () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({ video: `./Sora/${index % 20}.mp4`, index }));
    const { train, test } = splitByVideo(rows, ({ video }) => video, 0.25, 3);
    expect([train.length, test.length]).toEqual([45, 15]);
    const videos = (list: typeof train) => list.map(({ video }) => video);
    expect(sharedVideos(videos(train), videos(test))).toEqual([]);
    expect(splitByVideo(rows, ({ video }) => video, 0.25, 3)).toEqual({ train, test });
    expect(splitByVideo(rows, ({ video }) => video, 0.25, 4).test).not.toEqual(test);
  });
});

describe("the table of an evaluation", () => {
  it("gives the published scores again from its verdicts", () => {
    const { rows, problems } = readEvaluation(fixture("evaluation.csv"), "evaluation.csv", "my-model");
    expect(problems).toEqual([]);
    const summary = summariseHallu(rows);
    expect(summary.overall).toMatchObject({ n: 3, accuracy: 2 / 3 });
    expect(summary.violations).toMatchObject({ n: 2, yesRate: 1, balanced: 0.5 });
  });

  it("says which column is missing", () => {
    const { rows, problems } = readEvaluation(fixture("evaluation.csv"), "evaluation.csv", "other");
    expect(rows).toEqual([]);
    expect(problems.map(({ field }) => field)).toEqual(["other", "other", "other"]);
  });
});

describe("the table of somebody's evaluation as items", () => {
  const { items, rescored, problems } = importedVerdicts(fixture("evaluation.csv"), "evaluation.csv", "my-model");

  it("is judged again by the rule, with their verdict beside it", () => {
    expect(problems).toEqual([]);
    expect(items.map(({ scores, groups }) => [scores["score"], scores["stored"], groups["type"]])).toEqual([
      [0, 0, "P-M"],
      [1, 1, "A-EC"],
      [1, 1, "P-C"],
    ]);
    expect(rescored).toMatchObject({ rows: 3, reproduced: 3, means: { accuracy: 2 / 3 } });
  });

  it("says where the two judges differ, and when the column is not there", () => {
    const csv = fixture("evaluation.csv").replace(",One,correct", ",One,incorrect");
    const other = importedVerdicts(csv, "evaluation.csv", "my-model");
    expect(other.rescored).toMatchObject({ reproduced: 2, differences: [{ row: 2, reason: "another judge" }] });
    expect(other.items[1]!.groups["stored reward"]).toBe("another judge");
    const none = importedVerdicts(csv, "evaluation.csv", "another");
    expect(none.items).toEqual([]);
    expect(none.problems[0]).toMatchObject({ row: 1, field: "another" });
  });
});
