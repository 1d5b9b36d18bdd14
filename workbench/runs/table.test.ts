import { beforeAll, describe, expect, it } from "vitest";
import type { RunGroup, RunSummary } from "../../contract/methods.ts";
import { openIndexInMemory } from "../store/databases.ts";
import { RunSettings } from "./run-settings.ts";
import { columnsOfRuns, spreadOf, tableOfRuns } from "./table.ts";

const CURVE = { metric: "reward", values: [1, 2] };
const made = [
  { id: "a1", seed: 1, beta: 0.02, name: "Low beta · seed 1", reward: 1.5, heldOut: 0.6, state: "completed" },
  { id: "a2", seed: 2, beta: 0.02, name: "Low beta · seed 2", reward: 1.7, heldOut: 0.7, state: "failed" },
  { id: "b1", seed: 1, beta: 0.1, name: "High beta · seed 1", reward: 1.0, heldOut: 0.5, state: "completed" },
  // Not begun: its configuration is not known yet.
  { id: "c1", seed: 1, beta: null, name: "New", reward: null, heldOut: null, state: "queued" },
] as const;

let settings: RunSettings;
let runs: RunSummary[];
beforeAll(() => {
  const index = openIndexInMemory();
  runs = made.map(({ id, seed, beta, name, reward, heldOut, state }, place) => {
    const config = {
      settings: { "rl.klBeta": beta },
      // A branch starts from the run of its own seed.
      branchFrom: { run: `start-of-seed-${seed}`, checkpoint: "checkpoints/step-80" },
    };
    const started = beta === null ? null : JSON.stringify({ config, model: { directory: "m", parameters: 1 } });
    index.prepare("INSERT INTO runs (id, started) VALUES (?, ?)").run(id, started);
    return {
      ...{ id, seed, name, heldOut, state, recipe: "video-r1", preset: "tiny", totalSteps: 10, step: 10 },
      ...{ createdAt: place, tags: [], note: "", archived: false, alive: false, alerts: [], etaSec: null },
      ...{ latest: reward === null ? {} : { reward }, sparkline: CURVE },
    } as unknown as RunSummary;
  });
  settings = new RunSettings(index);
});

const table = (question: Parameters<typeof tableOfRuns>[1]) => tableOfRuns(runs, question, settings);
const groups = (question: Parameters<typeof tableOfRuns>[1]): RunGroup[] =>
  table(question).lines.flatMap((line) => (line.kind === "group" ? [line.group] : []));
const ids = (text: string): string[] =>
  table({ text }).lines.flatMap((line) => (line.kind === "run" ? [line.run.id] : []));

describe("groups of runs", () => {
  it("puts runs that only their seed tells apart together, named without it, with mean and spread", () => {
    const [first, second, third] = groups({ group: "seedless", sort: "metric:reward", columns: ["metric:reward"] });
    expect(first).toMatchObject({ label: "Low beta", runs: 2, seeds: [1, 2], ids: ["a2", "a1"] });
    expect(first!.values["metric:reward"]!.mean).toBeCloseTo(1.6);
    expect(first!.values["metric:reward"]!.std).toBeCloseTo(Math.sqrt(0.02));
    expect(second).toMatchObject({ label: "High beta", runs: 1 });
    expect(second!.values["metric:reward"]).toEqual({ mean: 1, std: null, n: 1 });
    expect(third).toMatchObject({ label: "New", values: {} });
  });

  it("groups by any setting, and lists the runs of the groups that are open", () => {
    const { lines, totalLines, found } = table({
      group: "setting:rl.klBeta",
      open: ["0.02"],
      sort: "created",
      descending: false,
    });
    expect(lines.map((line) => (line.kind === "group" ? `group ${line.group.label}` : line.run.id))).toEqual([
      ...["group 0.02", "a1", "a2"],
      ...["group 0.1", "group none"],
    ]);
    expect({ totalLines, found }).toEqual({ totalLines: 5, found: 4 });
  });

  it("cuts pages across the borders of groups", () => {
    const page = table({
      group: "setting:rl.klBeta",
      open: ["0.02"],
      sort: "created",
      descending: false,
      offset: 2,
      limit: 2,
    });
    expect(page.lines.map(({ kind }) => kind)).toEqual(["run", "group"]);
  });

  it("has no spread of one value and nothing of none", () => {
    expect(spreadOf([2])).toEqual({ mean: 2, std: null, n: 1 });
    expect(spreadOf([Number.NaN])).toBeNull();
  });
});

describe("columns of runs", () => {
  it("gives the settings that are shown, and sorts by them as numbers", () => {
    const { lines } = table({ columns: ["setting:rl.klBeta"], sort: "setting:rl.klBeta" });
    expect(lines.map((line) => line.kind === "run" && line.settings["rl.klBeta"])).toEqual([
      "0.1",
      "0.02",
      "0.02",
      undefined,
    ]);
  });

  it("offers every metric and setting with the number of its values", () => {
    const { metrics, settings: offered } = columnsOfRuns(runs, settings);
    expect(metrics).toEqual(["reward"]);
    expect(offered).toContainEqual({ name: "rl.klBeta", values: 2 });
    expect(offered).toContainEqual({ name: "seed", values: 2 });
  });
});

describe("the words of the filter", () => {
  it("compare metrics, fields and settings by any of their names", () => {
    expect(ids("reward>=1.5")).toEqual(["a2", "a1"]);
    expect(ids("heldout<0.65 seed=1")).toEqual(["b1", "a1"]);
    expect(ids("klBeta=0.1")).toEqual(["b1"]);
    expect(ids("rl.klBeta<0.1")).toEqual(["a2", "a1"]);
  });

  it("exclude with a minus, and wait for a number that is still being typed", () => {
    expect(ids("-state:failed -reward<1.2")).toEqual(["c1", "a1"]);
    expect(ids("reward>")).toHaveLength(4);
    expect(ids("-state:")).toHaveLength(4);
  });
});
