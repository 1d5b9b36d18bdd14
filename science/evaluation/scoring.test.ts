import { describe, expect, it } from "vitest";
import type { EvaluatedItem, ExtractionRule } from "../../contract/evaluation.ts";
import type { ProblemType } from "../records.ts";
import type { BenchmarkItem, MetricName, Truth } from "./items.ts";
import { scoreItem } from "./scoring.ts";
import { summariseView } from "./summary.ts";

const OPTIONS = ["A. left", "B. right", "C. up"];

function item(metric: MetricName, answer: string, truth: Truth = {}, problemType: ProblemType = "regression") {
  const isChoice = problemType === "multiple choice";
  return {
    sample: {
      id: answer, question: "?", dataType: "video", problemType, options: isChoice ? OPTIONS : [], answer,
      solution: `<answer>${answer}</answer>`, path: "v.mp4", task: "", extra: {},
    },
    metric, truth, groups: { type: "t" }, subtitles: null,
  } satisfies BenchmarkItem; // prettier-ignore
}

const scoresOf = (one: BenchmarkItem, completion: string, rule: ExtractionRule = "careful") =>
  scoreItem(one, completion, rule).scores;

/** The line that an evaluation would keep. */
function line(one: BenchmarkItem, text: string, rule: ExtractionRule = "careful"): EvaluatedItem {
  const { id: sampleId, problemType, question, options, answer } = one.sample;
  return {
    position: 0, sampleId, view: "ordered", problemType, question, options: [...options], answer, groups: one.groups,
    text, ...scoreItem(one, text, rule), format: 1, tokens: 1, stopReason: "stop", logProb: 0, media: null, error: null,
  }; // prettier-ignore
}

describe("progress", () => {
  it("scores 60 against 80: a quarter off, a fifth of the scale, half of the thresholds", () => {
    expect(scoresOf(item("progress", "80"), "<answer>about 60 %</answer>")).toEqual({
      score: 0.75,
      parsed: 1,
      relative_accuracy: 0.75,
      range_accuracy: 0.8,
      mra: 0.5,
      mae: 20,
      rmse: 400,
      "acc@5": 0,
      "acc@10": 0,
    });
    expect(scoresOf(item("progress", "80"), "<answer>76</answer>")).toMatchObject({ "acc@5": 1, "acc@10": 1, mae: 4 });
    expect(scoresOf(item("progress", "80"), "<answer>300</answer>")).toMatchObject({ score: 0, range_accuracy: 0 });
  });

  it("reads prose by the careful rule only; what cannot be read has no error, only a share", () => {
    expect(scoresOf(item("progress", "80"), "<answer>about 60 %</answer>", "video-r1")).toEqual({
      score: 0,
      parsed: 0,
    });
    const texts = ["<answer>60</answer>", "<answer>76</answer>", "<answer>nearly done</answer>"];
    const { metrics } = summariseView(
      texts.map((text) => line(item("progress", "80"), text)),
      [],
    );
    expect(metrics["parsed"]).toMatchObject({ n: 3, value: 2 / 3 });
    expect(metrics["score"]!.value).toBeCloseTo((0.75 + 0.95 + 0) / 3, 12);
    expect(metrics["mae"]).toMatchObject({ n: 2, value: 12 });
    // The root of the mean of 20² and 4², not the mean of the roots.
    expect(metrics["rmse"]!.n).toBe(2);
    expect(metrics["rmse"]!.value).toBeCloseTo(Math.sqrt(208), 12);
  });
});

describe("segment", () => {
  const truth = { segments: [[24.3, 30.4]] as const };
  const one = item("segment", "24.3 to 30.4", truth, "free-form");

  it("scores the first stretch that is named by its overlap", () => {
    const { score, ...rest } = scoresOf(one, "<answer>from 24.3 to 28.0 seconds, then 24.3 to 30.4</answer>");
    expect(score).toBeCloseTo(3.7 / 6.1, 12);
    expect(rest).toMatchObject({ "R1@0.3": 1, "R1@0.5": 1, "R1@0.7": 0 });
    expect(scoresOf(one, "<answer>0:24.3 - 0:30.4</answer>")).toMatchObject({ score: 1, "R1@0.7": 1 });
  });

  it("gives nothing for no stretch, and for one that ends before it begins", () => {
    for (const answer of ["at the end", "30.4 to 24.3"]) {
      expect(scoresOf(one, `<answer>${answer}</answer>`)).toMatchObject({ score: 0, mIoU: 0, "R1@0.3": 0 });
    }
  });

  it("of several: a window over all of them counts for each, but once where pairs are one to one", () => {
    const several = item("segments", "", { segments: [[0, 10], [20, 30]] }, "free-form"); // prettier-ignore
    const scores = scoresOf(several, "<answer>5 to 25 s</answer>");
    expect(scores).toMatchObject({ score: 0.2, mIoU: 0.2, "recall@0.3": 0 });
    expect(scores["mIoU one-to-one"]).toBeCloseTo(0.1, 12);
    expect(scoresOf(several, "<answer>0-10, 20-30</answer>")).toMatchObject({ mIoU: 1, "mIoU one-to-one": 1 });
  });
});

describe("grounded-choice", () => {
  const one = item("grounded-choice", "B", { segments: [[1.2, 5.8], [10, 20]] }, "multiple choice"); // prettier-ignore
  const said = (stretch: string, letter: string) =>
    scoresOf(one, `<think>${stretch}</think><answer>${letter}</answer>`);

  it("wants the right letter and half of the stretch inside a true one", () => {
    const scores = said("It happens from 2 to 5 s.", "B");
    expect(scores).toMatchObject({ score: 1, "Acc@GQA": 1, "Acc@QA": 1, mIoP: 1, "IoP@0.5": 1, "IoU@0.5": 1 });
    expect(scores["mIoU"]).toBeCloseTo(3 / 4.6, 12);
    expect(said("It happens from 2 to 5 s.", "A")).toMatchObject({ score: 0, "Acc@QA": 0, mIoP: 1 });
  });

  it("gives no grounded point for a stretch mostly outside, or none at all", () => {
    const outside = said("It happens from 5 to 9 s.", "B");
    expect(outside).toMatchObject({ score: 0, "Acc@QA": 1, "IoP@0.5": 0 });
    expect(outside["mIoP"]).toBeCloseTo(0.8 / 4, 12);
    expect(outside["mIoU"]).toBeCloseTo(0.8 / 7.8, 12);
    expect(said("No idea when.", "B")).toMatchObject({ score: 0, "Acc@QA": 1, mIoP: 0, mIoU: 0 });
  });

  it("takes the last stretch named and the true one that it meets best", () => {
    expect(said("Not from 30 to 40 s, but from 10 to 20 s.", "B")).toMatchObject({ score: 1, mIoU: 1 });
  });
});

describe("yes-no", () => {
  it("keeps recall of each side apart, so that always saying yes shows", () => {
    const items = ["yes", "yes", "no"].map((answer) =>
      line(item("yes-no", answer, {}, "free-form"), "<answer>Yes, it does.</answer>"),
    );
    const { metrics } = summariseView(items, []);
    expect(metrics["recall on yes"]).toMatchObject({ n: 2, value: 1 });
    expect(metrics["recall on no"]).toMatchObject({ n: 1, value: 0 });
    expect(metrics["yes rate"]!.value).toBe(1);
  });
});

describe("short-text", () => {
  const cases: readonly (readonly [answer: string, truth: string, score: number, reason: string])[] = [
    ["The cube is red.", "a red cube", 1, "every content word of the truth"],
    ["The blue cube", "a red cube", 0, "without red"],
    ["There are 3 of them", "3", 1, "every content word of the truth"],
    ["13", "3", 0, "without 3"],
    ["Yes, it does.", "Yes", 1, "every content word of the truth"],
    ["No", "Yes", 0, "the other polarity"],
    ["It is unclear.", "No", 0, "neither yes nor no"],
    ["No.", "No, the ball floats in the air.", 1, "the same polarity; the explanation is not judged"],
    ["No.", "No, it floats up", 0, "without floats, up"],
  ];
  it.each(cases)("%s | %s", (answer, truth, score, reason) => {
    const asked = item("short-text", truth, {}, "free-form");
    expect(scoresOf(asked, `<answer>${answer}</answer>`)).toMatchObject({ score, accuracy: score });
    expect(scoreItem(asked, `<answer>${answer}</answer>`, "video-r1").extraction).toContain(reason);
  });
});

describe("yes-no questions that are judged", () => {
  it("have a balanced accuracy of one half for a constant answer, whatever is usual", () => {
    const items = ["yes", "yes", "yes", "no"].map((truth) =>
      line(item("short-text", truth, {}, "free-form"), "<answer>Yes</answer>"),
    );
    const { metrics } = summariseView(items, []);
    expect(metrics["score"]!.value).toBe(0.75);
    expect(metrics["balanced accuracy"]!.value).toBe(0.5);
    expect(metrics["yes rate"]!.value).toBe(1);
    expect(summariseView(items.slice(0, 3), []).metrics["balanced accuracy"]).toBeUndefined();
  });
});

describe("consistency", () => {
  it("is a share of the answers whose reasoning ends on an option at all", () => {
    const one = item("choice", "B", {}, "multiple choice");
    const texts = [
      "<think>A moves first. So it is B.</think><answer>B</answer>",
      "<think>It goes left, so the answer is A.</think><answer>B</answer>",
      "<think>Nobody can tell.</think><answer>B</answer>",
      "<answer>B</answer>",
    ];
    const { consistency, metrics } = summariseView(
      texts.map((text) => line(one, text)),
      [],
    );
    expect(metrics["score"]).toMatchObject({ n: 4, value: 1 });
    expect(consistency).toEqual({ n: 2, rate: 0.5 });
  });

  it("compares numbers by value", () => {
    const one = item("mra-video-r1", "5");
    const same = "<think>Two and three more: 2 + 3 = 5.</think><answer>5.0</answer>";
    const other = "<think>I count 6 of them.</think><answer>5</answer>";
    expect(summariseView([line(one, same)], []).consistency).toEqual({ n: 1, rate: 1 });
    expect(summariseView([line(one, other)], []).consistency).toEqual({ n: 1, rate: 0 });
    expect(summariseView([line(one, "<answer>5</answer>")], []).consistency).toBeNull();
  });
});
