import { describe, expect, it } from "vitest";
import type { RunSummary } from "../../contract/methods.ts";
import { pageOfRuns } from "./page.ts";

const run = (id: string, change: Partial<RunSummary>): RunSummary =>
  ({
    ...{ id, name: `Run ${id}`, recipe: "video-r1", preset: "tiny", seed: 1, state: "completed", createdAt: 0 },
    ...{
      tags: [],
      note: "",
      archived: false,
      alive: false,
      alerts: [],
      latest: {},
      step: 0,
      heldOut: null,
      etaSec: null,
    },
    ...change,
  }) as unknown as RunSummary;

const runs = [
  run("a", { createdAt: 1, tags: ["paper", "good"], latest: { kl: 0.1 }, heldOut: 0.5 }),
  run("b", { createdAt: 2, state: "running", alive: true, latest: { kl: 0.3 } }),
  run("c", { createdAt: 3, note: "diverged early", latest: {}, heldOut: 0.7 }),
  run("d", { createdAt: 4, archived: true }),
];
const ids = (question: Parameters<typeof pageOfRuns>[1]) => pageOfRuns(runs, question).rows.map(({ id }) => id);

describe("a page of runs", () => {
  it("is newest first, without archived runs, and cut where it was asked for", () => {
    expect(ids({})).toEqual(["c", "b", "a"]);
    expect(ids({ offset: 1, limit: 1 })).toEqual(["b"]);
    expect(ids({ archived: true })).toEqual(["d"]);
  });

  it("finds by state, tag, recipe and words of name or note", () => {
    expect(ids({ states: ["running"] })).toEqual(["b"]);
    expect(ids({ tags: ["good", "paper"] })).toEqual(["a"]);
    expect(ids({ text: "EARLY diverged" })).toEqual(["c"]);
    expect(ids({ recipes: ["other"] })).toEqual([]);
  });

  it("sorts by a field or by any metric, what has no value last either way", () => {
    expect(ids({ sort: "metric:kl" })).toEqual(["b", "a", "c"]);
    expect(ids({ sort: "metric:kl", descending: false })).toEqual(["a", "b", "c"]);
    expect(ids({ sort: "heldOut", descending: false })).toEqual(["a", "c", "b"]);
  });

  it("counts what the filters offer over all runs, not only the page", () => {
    const { total, all, active, archived, facets } = pageOfRuns(runs, { states: ["completed"], limit: 1 });
    expect({ total, all, active, archived }).toEqual({ total: 2, all: 3, active: 1, archived: 1 });
    expect(facets.states).toEqual([
      { value: "completed", runs: 2 },
      { value: "running", runs: 1 },
    ]);
    expect(facets.tags.map(({ value }) => value).sort()).toEqual(["good", "paper"]);
  });
});
