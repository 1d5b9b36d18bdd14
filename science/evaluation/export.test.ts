import { expect, it } from "vitest";
import { exportScores, type ScoreRow } from "./export.ts";

const row: ScoreRow = {
  benchmark: "VSI-Bench", model: 'run "a", 50 %', view: "ordered", metric: "score", n: 20, value: 0.5, low: 0.3, high: 0.7,
  frames: 16, protocol: "paper-16", promptHash: "abc", temperature: "0.01", extraction: "video-r1", source: "measured here",
}; // prettier-ignore
const published = {
  ...row,
  model: "Video-R1_7B",
  n: null,
  low: null,
  high: null,
  value: 0.358,
  source: "arXiv 2503.21776",
};

it("writes CSV that quotes what must be quoted", () => {
  const [head, line] = exportScores([row], "csv").split("\n");
  expect(head).toMatch(/^benchmark,model,view,metric,n,value,low,high,frames,protocol/);
  expect(line).toContain('"run ""a"", 50 %",ordered,score,20,0.5,0.3,0.7,16,paper-16');
});

it("writes LaTeX with half widths, escapes, and published numbers in italics", () => {
  const text = exportScores([row, published], "latex");
  expect(text).toContain('run "a", 50 \\% & 50.0 {\\scriptsize $\\pm$ 20.0} \\\\');
  expect(text).toContain("Video-R1\\_7B & \\textit{35.8} \\\\");
  expect(text).toContain("% Video-R1_7B: paper-16; arXiv 2503.21776");
});

it("writes JSON that reads back the same", () => {
  expect(JSON.parse(exportScores([row, published], "json"))).toEqual([row, published]);
});
