import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseBenchmark, type Benchmark } from "./benchmark.ts";
import { importBenchmark, type ImportedBenchmark } from "./import.ts";
import { PROTOCOL_PRESETS } from "./protocol.ts";

const FOLDER = "resources/benchmarks";
const described = (id: string): Benchmark =>
  parseBenchmark(JSON.parse(readFileSync(join(FOLDER, `${id}.json`), "utf8")), `${id}.json`);
const load = (id: string, value: unknown, beside: Record<string, string> = {}): ImportedBenchmark => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return importBenchmark(described(id), { name: `${id}.file`, text, beside });
};
const first = (id: string, value: unknown, beside?: Record<string, string>) => {
  const { items, problems } = load(id, value, beside);
  expect(problems).toEqual([]);
  const { sample, metric, groups, truth, subtitles } = items[0]!;
  const { question, options, answer, path, problemType } = sample;
  return {
    id: sample.id,
    question,
    options,
    answer,
    path,
    problemType,
    metric,
    groups,
    truth,
    subtitles,
    n: items.length,
  };
};

describe("descriptions of benchmarks", () => {
  const files = readdirSync(FOLDER);
  it("are all whole, named like their file, with presets that exist", () => {
    expect(files.length).toBeGreaterThanOrEqual(20);
    for (const file of files) {
      const benchmark = described(file.replace(".json", ""));
      expect(`${benchmark.id}.json`).toBe(file);
      const known = [...Object.keys(PROTOCOL_PRESETS), "as-trained"];
      for (const preset of benchmark.presets) expect(known).toContain(preset);
    }
  });

  it("name the source of every published number", () => {
    for (const file of files) {
      for (const row of described(file.replace(".json", "")).published) {
        expect(row.source.length, JSON.stringify(row)).toBeGreaterThan(5);
        expect(row.value).toBeGreaterThan(0);
        expect(row.value).toBeLessThan(100);
      }
    }
  });
});

describe("loaders, on records as published", () => {
  it("VSI-Bench: choices and numbers", () => {
    const rows = [
      { id: 0, dataset: "arkitscenes", scene_name: "41069025", question_type: "object_counting", question: "How many table(s) are in this room?", ground_truth: "4", options: null },
      { id: 1, dataset: "scannet", scene_name: "scene0000_00", question_type: "object_rel_direction_easy", question: "Is the sofa to the left?", ground_truth: "A", options: ["A. left", "B. right"] },
    ]; // prettier-ignore
    const { items } = load("vsi-bench", rows.map((row) => JSON.stringify(row)).join("\n"));
    expect(items.map(({ metric, sample }) => [metric, sample.problemType, sample.answer, sample.path])).toEqual([
      ["mra-vsibench", "regression", "4", "arkitscenes/41069025.mp4"],
      ["choice", "multiple choice", "A", "scannet/scene0000_00.mp4"],
    ]);
    expect(items[1]!.sample.options).toEqual(["A. left", "B. right"]);
    expect(items[1]!.groups).toEqual({ type: "object_rel_direction_easy", source: "scannet" });
  });

  it("VideoMMMU: up to ten options, open questions as numbers", () => {
    const rows = [
      { id: "dev_Biology_1", question: "Which?", options: ["x", "y", "z"], answer: "C", qa_type: "Comprehension", question_type: "multiple-choice" },
      { id: "validation_Math_2", question: "How much?", options: [], answer: "12.5", qa_type: "Adaptation", question_type: "open" },
    ]; // prettier-ignore
    const { items, problems } = load("videommmu", rows);
    expect(problems).toEqual([]);
    expect(items.map(({ sample }) => [sample.answer, sample.problemType])).toEqual([
      ["C", "multiple choice"],
      ["12.5", "numerical"],
    ]);
  });

  it("MMVU: choices as an object, open-ended questions left out", () => {
    const row = { id: "validation_0", video: "videos/Art/0.mp4", question_type: "multiple-choice", metadata: { subject: "Art" }, question: "Which style?", choices: { A: "Baroque", B: "Cubism", C: "" }, answer: "B" }; // prettier-ignore
    const loaded = first("mmvu", [row, { ...row, id: "validation_1", question_type: "open-ended" }]);
    expect(loaded).toMatchObject({
      n: 1,
      answer: "B",
      options: ["A. Baroque", "B. Cubism"],
      path: "videos/Art/0.mp4",
      groups: { type: "Art" },
    });
  });

  it("MVBench: the answer is the words of a candidate, questions share their video's name", () => {
    const row = { video: "166583.webm", question: "Which way?", candidates: ["Down.", "Up."], answer: "Up." };
    const { items } = load("mvbench", [row, row]);
    expect(items.map(({ sample }) => [sample.id, sample.answer])).toEqual([
      ["166583.webm", "B"],
      ["166583.webm#2", "B"],
    ]);
  });

  it("TempCompass: nested by video and aspect, options in the question", () => {
    const file = { "1019": { action: [{ question: "What is done?\nA. cooking\nB. running", answer: "B. running" }] } };
    expect(first("tempcompass", file)).toMatchObject({
      question: "What is done?", options: ["A. cooking", "B. running"], answer: "B", path: "1019.mp4", groups: { type: "action" },
    }); // prettier-ignore
  });

  it("VideoMME: with duration; with subtitles in the other description", () => {
    const row = { video_id: "001", duration: "short", domain: "Knowledge", sub_category: "x", url: "u", videoID: "fFjv93ACGo8", question_id: "001-1", task_type: "Counting", question: "How many?", options: ["A. One.", "B. Two."], answer: "B" }; // prettier-ignore
    expect(first("videomme", [row])).toMatchObject({
      answer: "B",
      groups: { duration: "short", type: "Counting" },
      subtitles: null,
    });
    expect(first("videomme-subtitles", [row]).subtitles).toBe("subtitle/fFjv93ACGo8.srt");
  });

  it("Video-Holmes: names with spaces", () => {
    const row = { "video ID": "ru0", "Question ID": 1, "Question Type": "SR", Question: "Who?", Options: { A: "x", B: "y", C: "z" }, Answer: "C", Explanation: "" }; // prettier-ignore
    expect(first("video-holmes", [row])).toMatchObject({
      id: "ru0/1",
      answer: "C",
      path: "ru0.mp4",
      groups: { type: "SR" },
    });
  });

  it("LongVideo-Reason: options below the question, answer in tags", () => {
    const row = { problem_id: 7, data_type: "video", videos: "longvila_videos/a.mp4", problem: "Why?\nA. x\nB. y", problem_type: "goal", reasoning: "", answer: "<answer>B</answer>" }; // prettier-ignore
    expect(first("longvideo-reason-eval", [row])).toMatchObject({
      question: "Why?",
      answer: "B",
      groups: { type: "goal" },
    });
  });

  it("SEED-Bench-R1: four fields with choices", () => {
    const row = { sample_id: 3, video_source: "Ego4D", video_basename: "v.mp4", current_observation_basename: "c.png", task_progress_metadata: [], question: "What next?", choice_a: "a", choice_b: "b", choice_c: "c", choice_d: "d", golden_choice_idx: "D", answer: "d", domain: "work" }; // prettier-ignore
    for (const level of [1, 2, 3]) {
      const loaded = first(`seed-bench-r1-l${level}`, JSON.stringify(row));
      expect(loaded).toMatchObject({ answer: "D", path: "videos/Ego4D/v.mp4", groups: { type: "work" } });
    }
  });

  it("CLEVRER: several right choices, and short answers", () => {
    const choices = [
      { choice_id: 0, choice: "x hits y", answer: "correct" },
      { choice_id: 1, choice: "y leaves", answer: "wrong" },
      { choice_id: 2, choice: "z stops", answer: "correct" },
    ];
    const scene = {
      scene_index: 10000,
      video_filename: "video_10000.mp4",
      questions: [
        { question_id: 0, question: "How many?", question_type: "descriptive", answer: "3" },
        { question_id: 1, question: "Without the cube?", question_type: "counterfactual", choices },
      ],
    };
    expect(first("clevrer-counterfactual", [scene])).toMatchObject({
      answer: "A,C",
      metric: "choices",
      n: 1,
      id: "10000/1",
    });
    expect(first("clevrer-descriptive", [scene])).toMatchObject({ answer: "3", metric: "short-text", n: 1 });
  });

  it("NExT-GQA: CSV with the moments from the file beside it", () => {
    const csv =
      "video_id,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n" +
      '10001787725,900,640,480,"why did she, then, wave",greet,1,CW,leave,greet,eat,run,sit\n';
    const beside = {
      "gsub_test.json": JSON.stringify({ "10001787725": { duration: 34, location: { 1: [[1.2, 5.8]] }, fps: 29.97 } }),
    };
    expect(first("next-gqa", csv, beside)).toMatchObject({
      question: "why did she, then, wave", answer: "B", truth: { segments: [[1.2, 5.8]] }, metric: "grounded-choice",
    }); // prettier-ignore
    expect(() => load("next-gqa", csv)).toThrow(/gsub_test\.json beside it/);
  });

  it("Charades-STA: lines of text, and Time-R1's rows", () => {
    const line = first("charades-sta", "3MSZA 24.3 30.4##person turn a light on.\n");
    expect(line).toMatchObject({
      path: "3MSZA.mp4",
      metric: "segment",
      truth: { segments: [[24.3, 30.4]] },
      answer: "24.3 to 30.4",
    });
    const row = { video: "x.mp4", duration: 30, timestamp: [1, 4.5], sentence: "he sits", qid: "q1" };
    expect(first("charades-sta", [row])).toMatchObject({ truth: { segments: [[1, 4.5]] }, id: "q1" });
  });

  it("VideoHallu: by super-category and category", () => {
    const row = { RowID: 5, Model: "Sora", "Caption Notes": "", annotator: "a", video_path: "Sora/x.mp4", Prompt: "p", Question: "Does it fall?", Answer: "No", "Categorization-1": "physics", "Categorization-2": "P-M" }; // prettier-ignore
    expect(first("videohallu", JSON.stringify(row))).toMatchObject({
      metric: "short-text",
      groups: { type: "P-M", source: "Sora" },
    });
  });

  it("progress and failure: by type of record", () => {
    const row = { problem_id: 1, problem: "How far?", problem_type: "regression", data_type: "video", options: [], path: "./v.mp4", solution: "<answer>63</answer>", data_source: "agibot" }; // prettier-ignore
    const rows = [row, { ...row, problem_id: 2, problem_type: "boolean", solution: "<answer>yes</answer>" }];
    expect(first("progress-primo", rows)).toMatchObject({ n: 1, answer: "63", metric: "progress", path: "v.mp4" });
    expect(first("failure-robofail", rows)).toMatchObject({ n: 1, answer: "yes", metric: "yes-no" });
  });

  it("rows of Video-R1's own evaluation files, for the six sets that have them", () => {
    const row = { problem_id: 1, problem: "Which?", data_type: "video", problem_type: "multiple choice", options: ["A. x", "B. y"], process: "", solution: "<answer>B</answer>", path: "./Evaluation/v.mp4", data_source: "", original_question_type: "order" }; // prettier-ignore
    for (const id of ["vsi-bench", "videommmu", "mmvu", "mvbench", "tempcompass", "videomme", "sample-pack-heldout"]) {
      expect(first(id, [row])).toMatchObject({ answer: "B", groups: { type: "order" } });
    }
  });

  it("say which file, record and field cannot be used, and go on", () => {
    const good = { video: "a.mp4", question: "?", candidates: ["x", "y"], answer: "x" };
    const { items, problems } = load("mvbench", [good, { ...good, answer: "z" }, { ...good, video: "../a.mp4" }]);
    expect(items).toHaveLength(1);
    expect(problems.map(({ place }) => place)).toEqual(["record 2, field answer", "record 3, field path"]);
    expect(() => load("mvbench", { a: 1 })).toThrow(/none of the formats of MVBench/);
  });
});
