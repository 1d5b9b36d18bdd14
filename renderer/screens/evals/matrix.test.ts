import { describe, expect, it } from "vitest";
import type { ViewSummary } from "../../../contract/evaluation.ts";
import type { EvaluationsOverview, EvaluationSummary } from "../../../contract/methods.ts";
import { PROTOCOL_PRESETS } from "../../../science/evaluation/protocol.ts";
import { summariseView } from "../../../science/evaluation/summary.ts";
import { buildMatrix, frameCurves, scoreRows } from "./matrix.ts";

const items = (right: number) =>
  Array.from({ length: 10 }, (_, i) => ({
    position: i, sampleId: `q${i}`, view: "ordered", problemType: "multiple choice", groups: { type: "t" }, question: "?",
    options: ["A. x", "B. y"], answer: "A", text: "", prediction: "A", extraction: "", scores: { score: i < right ? 1 : 0 },
    format: 1, tokens: 5, stopReason: "stop", logProb: -1, media: null, error: null,
  })); // prettier-ignore

function evaluation(
  id: string,
  weights: string,
  frames: number,
  right: number,
  rightShuffled: number | null = null,
): EvaluationSummary {
  const preset = PROTOCOL_PRESETS["paper-16"]!.protocol;
  const minFrames = Math.min(frames, preset.vision.minFrames);
  const protocol = { ...preset, vision: { ...preset.vision, minFrames, maxFrames: frames } };
  const model = { label: `model ${weights}`, directory: "/m", weights, run: null, step: null };
  const benchmark = { id: "bench", title: "Bench", fileHash: "", items: 10 };
  const shuffled: Record<string, ViewSummary> =
    rightShuffled === null ? {} : { shuffled: summariseView(items(rightShuffled), []) };
  const views: Record<string, ViewSummary> = { ordered: summariseView(items(right), []), ...shuffled };
  const result = {
    version: 1 as const, benchmark, mainMetric: "score", protocol,
    models: [{ model, views }],
  }; // prettier-ignore
  return {
    id, createdAt: Number(id), benchmark: { id: "bench", title: "Bench", limit: null }, importedFrom: null, models: [model],
    protocol, state: "done", progress: null, result,
  }; // prettier-ignore
}

const published = { model: "Paper-7B", metric: "accuracy", value: 35.8, frames: 32, protocol: "p", source: "arXiv 1" };
const overview = (evaluations: EvaluationSummary[]): EvaluationsOverview => ({
  benchmarks: [
    { id: "bench", title: "Bench", about: "", paper: "", items: 10, mainMetric: "score", presets: ["paper-16"], published: [published], caveat: null, media: { root: "", note: "" }, judged: false, file: null, wantedAt: "" },
    { id: "other", title: "Other", about: "", paper: "", items: 10, mainMetric: "score", presets: ["paper-16"], published: [], caveat: null, media: { root: "", note: "" }, judged: false, file: null, wantedAt: "" },
  ],
  evaluations,
  journalled: [],
}); // prettier-ignore

describe("buildMatrix", () => {
  it("never puts scores of two protocols into one column, and keeps the newest of a cell", () => {
    const matrix = buildMatrix(
      overview([evaluation("3", "a", 16, 7), evaluation("2", "a", 32, 6), evaluation("1", "a", 16, 5)]),
      false,
    );
    expect(matrix.columns).toHaveLength(2);
    expect(matrix.rows).toHaveLength(1);
    const values = matrix.columns.map(({ key, protocol }) => [
      protocol!.vision.maxFrames,
      matrix.rows[0]!.cells.get(key)!.main.value,
    ]);
    expect(values).toEqual(expect.arrayContaining([[16, 0.7], [32, 0.6]])); // prettier-ignore
  });

  it("shows published numbers as ghosts of the benchmarks in sight only", () => {
    expect(buildMatrix(overview([]), false)).toMatchObject({ columns: [], ghosts: [] });
    const all = buildMatrix(overview([]), true);
    expect(all.columns.map(({ benchmark }) => benchmark)).toEqual(["bench", "other"]);
    expect(all.ghosts[0]!.scores.get("bench")).toEqual([published]);
  });
});

it("gives imported outputs a row by their model's name, as nobody knows the weights", () => {
  const theirs = ["2", "1"].map((id): EvaluationSummary => {
    const one = evaluation(id, "", 16, 5);
    const models = one.result!.models.map((each) => ({ ...each, model: { ...each.model, label: `theirs ${id}` } }));
    return { ...one, importedFrom: "/x.json", result: { ...one.result!, models } };
  });
  const { rows } = buildMatrix(overview(theirs), false);
  expect(rows.map(({ label }) => label)).toEqual(["theirs 1", "theirs 2"]);
  expect(scoreRows(overview(theirs))[0]!.source).toBe("imported from /x.json");
});

describe("frameCurves", () => {
  it("draws a curve for one model and otherwise equal protocols, also below a preset's fewest frames", () => {
    const below = evaluation("4", "a", 1, 2);
    expect(below.protocol!.vision.minFrames).toBe(1);
    const more = [evaluation("2", "a", 32, 6), evaluation("1", "a", 8, 4), evaluation("3", "b", 8, 4)];
    const curves = frameCurves([below, ...more]);
    expect(curves).toHaveLength(1);
    expect(curves[0]!.points.map(({ frames, ordered }) => [frames, ordered])).toEqual([[1, 0.2], [8, 0.4], [32, 0.6]]); // prettier-ignore
  });

  it("carries interval and shuffled score of the records, and the newest where frames were measured twice", () => {
    const [curve] = frameCurves([
      evaluation("4", "a", 16, 9, 3),
      evaluation("3", "a", 4, 5),
      evaluation("2", "a", 16, 2, 2),
      evaluation("1", "a", 8, 6, 6),
    ]);
    expect(curve!.points.map(({ frames, ordered, shuffled }) => [frames, ordered, shuffled])).toEqual([
      [4, 0.5, null],
      [8, 0.6, 0.6],
      [16, 0.9, 0.3],
    ]);
    for (const { ordered, interval } of curve!.points) {
      expect(interval[0]).toBeLessThan(ordered);
      expect(interval[1]).toBeGreaterThanOrEqual(ordered);
    }
  });

  it("joins no points that differ in anything else, or in the part of the items", () => {
    const warm = evaluation("2", "a", 32, 6);
    const part = evaluation("3", "a", 64, 6);
    const other = [
      { ...warm, protocol: { ...warm.protocol, temperature: 0.1 } },
      { ...part, benchmark: { ...part.benchmark, limit: 5 } },
    ];
    expect(frameCurves([...other, evaluation("1", "a", 8, 4)])).toEqual([]);
  });
});

it("exports measured rows with their weights and published ones with their source", () => {
  const rows = scoreRows(overview([evaluation("1", "abcdef", 16, 5)]));
  expect(rows.map(({ source }) => source)).toEqual(["measured here, weights abcdef", "arXiv 1"]);
  expect(rows[1]!.value).toBeCloseTo(0.358, 12);
});
