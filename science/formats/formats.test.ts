import { describe, expect, it } from "vitest";
import { readRow, type Sample } from "../records.ts";
import type { PublishedFormat } from "./format.ts";
import { PUBLISHED_FORMATS } from "./index.ts";
import { seedBenchR1 } from "./seed-bench-r1.ts";
import { veripoItems } from "./veripo.ts";

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
