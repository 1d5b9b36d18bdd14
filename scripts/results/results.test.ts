import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ARMS, chosenArms } from "./arms.ts";
import { curvesFigure } from "./figure.ts";
import { readRun, type GateCount, type RunRecord } from "./journal.ts";
import { Results, type Policy } from "./results.ts";
import { directionOf, pairedDifference } from "../../workbench/proof/statistics.ts";
import { verdicts } from "./verdicts.ts";

const scores = (values: readonly number[]): Map<string, number> =>
  new Map(values.map((value, index) => [String(index), value]));
const NO_GATES: GateCount = { groups: 10, gated: 0, rewarded: 0, moved: 0, meanMove: 0 };

/** Held-out scores of one run, ordered and shuffled. */
function record(label: string, ordered: readonly number[], shuffled: readonly number[], gates = NO_GATES): RunRecord {
  const items = (values: readonly number[]) =>
    new Map(values.map((score, index) => [String(index), { score, task: "t", type: "numerical" }]));
  return {
    run: "r",
    name: "n",
    settings: {},
    model: { directory: "", parameters: 1 },
    rows: {},
    device: "cpu",
    totalSteps: 1,
    heldOut: new Map([
      [`${label}/ordered`, items(ordered)],
      [`${label}/shuffled`, items(shuffled)],
    ]),
    evaluations: [],
    checkpoints: [],
    gates,
    updateSeconds: 1,
    steps: 1,
    wallSeconds: 1,
  };
}

function resultsOf(policies: Readonly<Record<string, RunRecord>>): Results {
  const list = Object.entries(policies).map(([id, own]): Policy => ({
    id,
    title: id,
    label: id === "sft" ? "sft" : "rl",
    runs: new Map([[1, own]]),
  }));
  const ids = new Set(Array.from({ length: 40 }, (_, index) => String(index)));
  return new Results([1], list, { timeDependent: ids, videos: ids, unseen: new Set() });
}

const bad = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? 1 : 0));
const good = Array.from({ length: 40 }, (_, index) => (index % 4 === 3 ? 0 : 1));

describe("paired differences", () => {
  it("have a direction only when the interval leaves out zero and the seeds agree", () => {
    const clear = pairedDifference([1, 2].map((seed) => ({ seed, before: scores(bad), after: scores(good) })));
    expect(clear.mean).toBeCloseTo(0.5, 12);
    expect(directionOf(clear)).toBe("above");
    const torn = pairedDifference([
      { seed: 1, before: scores(bad), after: scores(good) },
      { seed: 2, before: scores(bad), after: scores(bad.map((score, index) => (index === 0 ? 0 : score))) },
    ]);
    expect(torn.interval[0]).toBeGreaterThan(0);
    expect(directionOf(torn)).toBe("undecided");
  });

  it("use only questions that every measurement has, and refuse to compare different data", () => {
    const before = new Map([...scores(bad), ["only here", 1]]);
    expect(pairedDifference([{ seed: 1, before, after: scores(good) }]).mean).toBeCloseTo(0.5, 12);
    expect(() => pairedDifference([{ seed: 1, before: new Map([["x", 1]]), after: scores(good) }])).toThrow(
      /share no question/,
    );
  });
});

describe("verdicts", () => {
  it("say what the numbers say, in either direction", () => {
    const up = verdicts(resultsOf({ sft: record("sft", bad, bad), tgrpo: record("rl", good, bad) }));
    expect(up[0]!.answer).toMatch(/^Yes: tgrpo is above sft: \+50\.0/);
    const down = verdicts(resultsOf({ sft: record("sft", good, bad), tgrpo: record("rl", bad, bad) }));
    expect(down[0]!.answer).toMatch(/^No: tgrpo is below sft: −50\.0/);
    const same = verdicts(resultsOf({ sft: record("sft", good, bad), tgrpo: record("rl", good, bad) }));
    expect(same[0]!.answer).toMatch(/^Not established/);
  });

  it("fail a control that learnt, and one whose gate applied to pictures", () => {
    const kinds = (permuted: readonly number[], gates: GateCount): string[] =>
      verdicts(
        resultsOf({
          sft: record("sft", bad, bad),
          permuted: record("rl", permuted, bad),
          "images-only": record("rl", bad, bad, gates),
        }),
      ).map(({ kind }) => kind);
    expect(kinds(bad, NO_GATES)).toEqual(["passed", "passed"]);
    expect(kinds(good, { ...NO_GATES, gated: 1 })).toEqual(["failed", "failed"]);
  });
});

describe("the arms", () => {
  it("bring along what they need, and refuse unknown names", () => {
    expect(chosenArms(["sft-continued"]).map(({ id }) => id)).toEqual(["sft", "tgrpo", "sft-continued"]);
    expect(chosenArms(null)).toBe(ARMS);
    expect(() => chosenArms(["sfr"])).toThrow(/no arm "sfr"/);
  });
});

describe("a journal", () => {
  const folder = mkdtempSync(join(tmpdir(), "secondlook-results-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("tells whether the bonus moved any advantage: not with binary rewards, but where a format failed", async () => {
    const gate = { passed: true, eligible: [0, 1], alpha: 0.3, apply: "reward" };
    const rollout = (group: string, index: number, accuracy: number, format: number) => ({
      type: "rollout",
      group,
      index,
      rewards: { accuracy, temporal: accuracy === 1 ? 0.3 : 0, format },
    });
    const lines = [
      {
        type: "run_started",
        name: "n",
        config: { settings: { "rl.advantageEpsilon": 1e-4 } },
        model: {},
        engine: {},
        stages: [],
      },
      { type: "group", view: "ordered", group: "1-0", gate },
      ...[1, 1, 0, 0].map((accuracy, index) => rollout("1-0", index, accuracy, 1)),
      { type: "group", view: "ordered", group: "1-1", gate },
      ...[1, 1, 0, 0].map((accuracy, index) => rollout("1-1", index, accuracy, index === 1 ? 0 : 1)),
      { type: "group", view: "ordered", group: "1-2", gate: null },
    ];
    mkdirSync(join(folder, "runs", "a"), { recursive: true });
    writeFileSync(
      join(folder, "runs", "a", "journal.0.ndjson"),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    const { gates } = await readRun(folder, "a");
    expect(gates).toMatchObject({ groups: 3, gated: 2, rewarded: 2, moved: 1 });
    expect(gates.meanMove).toBeGreaterThan(0);
  });
});

it("draws a panel for each arm with a line for each seed", () => {
  const line = [
    { at: 0, value: 0.4 },
    { at: 1, value: 0.6 },
  ];
  const figure = curvesFigure("T <1>", [{ title: "a & b", seeds: [line, line], control: false }], 0.4);
  expect(figure.match(/class="seed"/g)).toHaveLength(2);
  expect(figure).toContain("a &amp; b");
  expect(figure).toContain("60.0 %");
});
