import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryData } from "../testing/temporary.ts";
import { checkData } from "./data-check.ts";

function world() {
  const folder = temporaryData();
  const mediaRoot = join(folder, "media");
  mkdirSync(mediaRoot, { recursive: true });
  const row = (index: number, more: object = {}) => ({
    problem_id: index,
    problem: "What moves?",
    data_type: "video",
    problem_type: "free-form",
    solution: "<answer>a ball</answer>",
    path: `./clip-${index}.mp4`,
    data_source: "own",
    ...more,
  });
  const write = (name: string, rows: readonly object[]) => {
    writeFileSync(join(folder, name), JSON.stringify(rows));
    return join(folder, name);
  };
  const film = (index: number) => writeFileSync(join(mediaRoot, `clip-${index}.mp4`), "");
  return { mediaRoot, row, write, film };
}

it("counts rows and the traces that a cold start needs", () => {
  const { mediaRoot, row, write, film } = world();
  [1, 2].forEach(film);
  const train = write("train.json", [row(1), row(2, { process: "<think>it rolls</think>" })]);
  expect(checkData({ train, mediaRoot })).toMatchObject([
    { name: "train", rows: 2, traces: 1, problem: null, usable: true },
    { name: "mediaRoot", problem: null, usable: true },
  ]);
});

it("refuses a media folder in which no row's medium lies, and names one that is missing", () => {
  const { mediaRoot, row, write } = world();
  const root = checkData({ train: write("train.json", [row(1), row(2)]), mediaRoot })[1]!;
  expect(root.usable).toBe(false);
  expect(root.problem).toContain("None of the 2 media");
  expect(root.problem).toContain("clip-1.mp4");
});

it("warns of some missing media, and lets the run start", () => {
  const { mediaRoot, row, write, film } = world();
  film(1);
  const root = checkData({ train: write("train.json", [row(1), row(2)]), mediaRoot })[1]!;
  expect(root).toMatchObject({ usable: true });
  expect(root.problem).toContain("Only 1 of the 2 media");
});

it("says which row cannot be used, and refuses a file without one that can", () => {
  const { row, write } = world();
  const some = checkData({ train: write("some.json", [row(1), row(2, { solution: "a ball" })]) })[0]!;
  expect(some).toMatchObject({ rows: 1, usable: true });
  expect(some.problem).toContain("row 2, field solution");
  expect(checkData({ train: write("none.json", [row(1, { path: "../secret.mp4" })]) })[0]).toMatchObject({
    usable: false,
  });
  expect(checkData({ train: "/nowhere/at/all.json" })[0]).toMatchObject({ usable: false, rows: null });
});
