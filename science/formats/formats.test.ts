import { describe, expect, it } from "vitest";
import { readRow, type Sample } from "../records.ts";
import type { PublishedFormat } from "./format.ts";
import { PUBLISHED_FORMATS } from "./index.ts";
import { invertedNextGqa } from "./inverted.ts";
import { seedBenchR1 } from "./seed-bench-r1.ts";
import { veripoItems } from "./veripo.ts";
import { videoHalluRecords } from "./videohallu.ts";

/** Through the very reader that training uses. */
function sampleOf(format: PublishedFormat, record: unknown): Sample {
  const converted = format.convert(record);
  if (converted.kind === "problem") throw new Error(converted.reason);
  const read = readRow(converted.row, "file", 1);
  if (read.kind === "problem") throw new Error(read.problem.reason);
  return read.sample;
}
const reasonOf = (format: PublishedFormat, record: unknown): string => {
  const converted = format.convert(record);
  return converted.kind === "problem" ? converted.reason : "";
};

const base = {
  sample_id: "ek-17",
  video_source: "EpicKitchens",
  video_basename: "P01_1.mp4",
  current_observation_basename: "P01_1_900.png",
  task_progress_metadata: [{ narration: "take cup" }],
  question: "What action should I take next in order to make coffee?",
};
const training = {
  ...base,
  answer: "pour water",
  negative_answers: ["wash cup", "open tap", "take spoon", "close lid"],
};
const validation = {
  ...base,
  ...{ choice_a: "wash cup", choice_b: "pour water", choice_c: "open tap", choice_d: "take spoon" },
  golden_choice_idx: "B",
};

describe("SEED-Bench-R1's records", () => {
  it("of training become four shuffled options with the answer among them, always the same for one row", () => {
    const sample = sampleOf(seedBenchR1, training);
    expect(sample).toEqual(sampleOf(seedBenchR1, training));
    expect(sample.options).toHaveLength(4);
    expect(sample.options["ABCD".indexOf(sample.answer)]).toContain("pour water");
    expect(sample).toMatchObject({ dataType: "video", path: "videos/EpicKitchens/P01_1.mp4", task: "EpicKitchens" });
    const letters = Array.from({ length: 40 }, (_, n) => sampleOf(seedBenchR1, { ...training, sample_id: n }).answer);
    expect(new Set(letters).size).toBe(4);
  });

  it("of validation keep their choices and their level's domain", () => {
    const sample = sampleOf(seedBenchR1, { ...validation, domain: "hobbies" });
    expect(sample).toMatchObject({ answer: "B", task: "hobbies" });
    expect(sample.options[1]).toBe("B. pour water");
  });

  it("without task progress are about the picture of the current state", () => {
    const sample = sampleOf(seedBenchR1, { ...validation, task_progress_metadata: [], video_basename: null });
    expect(sample).toMatchObject({ dataType: "image", path: "images/EpicKitchens/P01_1_900.png" });
  });

  it("that cannot be used say which field is at fault", () => {
    expect(reasonOf(seedBenchR1, { ...training, negative_answers: ["wash cup", "pour water"] })).toContain(
      "negative_answers",
    );
    expect(reasonOf(seedBenchR1, { ...validation, golden_choice_idx: "E" })).toContain("golden_choice_idx");
    expect(reasonOf(seedBenchR1, { ...training, video_basename: null })).toContain("video_basename");
    expect(reasonOf(seedBenchR1, { ...validation, choice_c: "" })).toContain("choice_c");
  });
});

describe("VerIPO's items", () => {
  const item = {
    question_id: 3,
    video_path: "arkit/1.mp4",
    question: "How far is it?",
    answer: "$2.5$",
    scene_name: "s1",
  };

  it("become numbers, or letters with the options that stood in the question", () => {
    expect(sampleOf(veripoItems, item)).toMatchObject({
      problemType: "regression",
      answer: "2.5",
      task: "s1",
      path: "arkit/1.mp4",
    });
    const asked = { ...item, question: "Which turn?\nOptions:\nA. left\nB. right\n(C) none", answer: "$B$" };
    expect(sampleOf(veripoItems, asked)).toMatchObject({
      problemType: "multiple choice",
      question: "Which turn?",
      options: ["A. left", "B. right", "C. none"],
      answer: "B",
    });
  });

  it("are found in result lines, with the truth beside them", () => {
    const line = { question: { ...item, answer: null }, ground_truth: "7", model_output: "<answer>$7$</answer>" };
    expect(sampleOf(veripoItems, line)).toMatchObject({ answer: "7", problemType: "regression" });
  });

  it("that cannot be used say why", () => {
    expect(reasonOf(veripoItems, { ...item, answer: "$B$" })).toContain("neither a number nor a letter");
    expect(reasonOf(veripoItems, { ...item, answer: "" })).toContain("there is none");
    expect(reasonOf(veripoItems, { ...item, video_path: 5 })).toContain("video_path");
  });
});

it("no format throws, whatever it is given", () => {
  for (const format of PUBLISHED_FORMATS)
    for (const value of [null, 3, "x", [], {}, { question: {} }, { golden_choice_idx: 1 }])
      expect(format.convert(value).kind).toBe("problem");
});

describe("VideoHallu's records", () => {
  const question = {
    RowID: 7,
    Model: "sora",
    video_path: "./Sora/feather_rock_1.mp4",
    Prompt: "A feather and a rock fall.",
    Question: "Does the rock reach the ground first?",
    Answer: "No, the rock rises.",
    "Categorization-1": "Physics",
    "Categorization-2": "p-m",
  };

  it("are short free-form rows of the synthetic diet, by sub-category", () => {
    const sample = sampleOf(videoHalluRecords, question);
    expect(sample).toMatchObject({
      id: "7",
      problemType: "free-form",
      answer: "No, the rock rises.",
      path: "Sora/feather_rock_1.mp4",
      task: "P-M",
    });
    expect(sample.extra).toMatchObject({ diet: "synthetic", generator: "Sora", columns_agree: true });
  });

  it("say what is wrong with those that cannot be used", () => {
    expect(reasonOf(videoHalluRecords, { ...question, "Categorization-2": "P-X" })).toContain("Categorization-2");
    expect(reasonOf(videoHalluRecords, { ...question, video_path: "../x.mp4" })).toContain("video_path");
    expect(reasonOf(videoHalluRecords, { problem: null, problem_id: 1 })).toContain("424");
    for (const wrong of [null, "text", 3, []]) expect(reasonOf(videoHalluRecords, wrong)).not.toBe("");
  });
});

describe("question-answer inversion of whole files", () => {
  const rowOf = (id: number, problem = "What did the person do") => ({
    problem_id: id,
    problem,
    data_type: "video",
    problem_type: "multiple choice",
    options: ["A. ran", "B. sat", "C. ate", "D. slept"],
    solution: "<answer>B</answer>",
    path: "v.mp4",
    data_source: "NExT-GQA",
  });
  const samples = Array.from({ length: 200 }, (_, id) => sampleOf(invertedNextGqa, rowOf(id)));

  it("negates half of the rows, each the same way every time", () => {
    const negated = samples.filter(({ extra }) => extra["is_negated"] === true);
    expect(negated.length).toBeGreaterThan(75);
    expect(negated.length).toBeLessThan(125);
    expect(sampleOf(invertedNextGqa, rowOf(3))).toEqual(samples[3]);
    for (const { question, answer, options } of negated) {
      expect(question).toBe("what didn't the person do");
      expect(answer.split(",").map((letter) => options[letter.charCodeAt(0) - 65]!.slice(3))).not.toContain("sat");
    }
    expect(new Set(negated.map(({ answer }) => answer.split(",").length))).toEqual(new Set([1, 2, 3]));
  });

  it("refuses what it was to negate and cannot, and what has several right letters already", () => {
    const reasons = Array.from({ length: 40 }, (_, id) => reasonOf(invertedNextGqa, rowOf(id, "the person did what")));
    expect(reasons.filter((reason) => reason.includes("could not be negated")).length).toBeGreaterThan(10);
    expect(reasons.filter((reason) => reason === "").length).toBeGreaterThan(10);
    expect(reasonOf(invertedNextGqa, { ...rowOf(1), solution: "<answer>A,B</answer>" })).toContain("one right letter");
  });
});
