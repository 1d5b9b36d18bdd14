import { describe, expect, it } from "vitest";
import { correctionBits } from "../../science/aha.ts";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { correctionExamples, countCorrections, promptHistory, readGroupMap, repeatedPrompts } from "./analysis.ts";
import { compareEvaluations, sharedPrompts } from "./compare.ts";
import { openIndexInMemory } from "./databases.ts";
import { Ingest } from "./ingest.ts";
import { readGroups } from "./rollouts.ts";

function indexed(runs = ["a"]) {
  const data = temporaryData();
  const database = openIndexInMemory();
  for (const run of runs) {
    writeSyntheticRun(data, run, 12, 3);
    new Ingest(database, data).run(run);
  }
  return database;
}

describe("self-corrections of a run", () => {
  it("are counted by step exactly as its rollouts' texts have them", () => {
    const database = indexed();
    const points = countCorrections(database, "a");
    expect(points.map(({ step }) => step)).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    for (const point of points) {
      const rollouts = readGroups(database, "a", point.step)
        .filter(({ event }) => event.view === "ordered")
        .flatMap((group) => group.rollouts);
      const corrected = rollouts.filter(({ text }) => correctionBits(text) !== 0);
      expect(point.rollouts).toBe(rollouts.length);
      expect(point.any).toBe(corrected.length);
      expect(point.anyCorrect).toBe(corrected.filter(({ correct }) => correct).length);
      expect(point.hesitations).toBe(rollouts.filter(({ text }) => (correctionBits(text) & 1) !== 0).length);
    }
    expect(points.some(({ any }) => any > 0)).toBe(true);
  });

  it("have examples behind each point, with the way to them", () => {
    const database = indexed();
    const point = countCorrections(database, "a").findLast(({ any }) => any > 0)!;
    const examples = correctionExamples(database, {
      run: "a",
      fromStep: point.step,
      toStep: point.step,
      kind: "any",
    });
    expect(examples.filter(({ view }) => view === "ordered")).toHaveLength(point.any);
    for (const example of examples) {
      expect(correctionBits(example.text)).not.toBe(0);
      const group = readGroups(database, "a", example.step).find(
        ({ event }) => event.pair === example.pair && event.view === example.view,
      )!;
      expect(group.rollouts.map(({ id }) => id)).toContain(example.id);
    }
  });
});

describe("the map of groups", () => {
  it("holds every trained group with its spread and accuracy, and no shuffled one", () => {
    const database = indexed();
    const { cells, samples } = readGroupMap(database, "a");
    expect(cells).toHaveLength(8 * 3);
    const [cell] = cells;
    const group = readGroups(database, "a", cell!.step).find(({ event }) => event.pair === cell!.pair)!;
    expect(samples[cell!.sample]).toBe(group.event.sampleId);
    expect(cell!.rewardStd).toBeCloseTo(group.event.rewardStd!, 12);
    expect(cell!.accuracy).toBeCloseTo(group.rollouts.filter(({ correct }) => correct).length / 8, 12);
  });
});

describe("a prompt over time", () => {
  it("has all its groups by step, both views", () => {
    const database = indexed();
    const [prompt] = repeatedPrompts(database, "a");
    const { moments, question } = promptHistory(database, "a", prompt!.sampleId);
    expect(question).toBe("Which way does the square move?");
    expect(moments.map(({ step }) => step)).toEqual(moments.map(({ step }) => step).sort((a, b) => a - b));
    expect(moments.filter(({ view }) => view === "ordered")).toHaveLength(prompt!.moments);
    expect(moments.every(({ answers }) => answers.length > 0)).toBe(true);
    expect(() => promptHistory(database, "a", "never seen")).toThrow(/has met no prompt never seen/);
  });
});

describe("runs side by side", () => {
  it("share the prompts that all of them met", () => {
    const database = indexed(["a", "b"]);
    const shared = sharedPrompts(database, ["a", "b"]);
    expect(shared.length).toBeGreaterThan(0);
    expect(shared.every(({ scores }) => scores.length === 2)).toBe(true);
  });

  it("list what each measured; without items of their own there is nothing to pair", () => {
    const { policies, differences } = compareEvaluations(indexed(["a", "b"]), ["a", "b"]);
    expect(new Set(policies.map(({ run }) => run))).toEqual(new Set(["a", "b"]));
    expect(differences).toEqual([]);
  });

  it("pair what was asked with frames in order, whatever other views came after", () => {
    const database = indexed(["a", "b"]);
    const insert = database.prepare(
      "INSERT INTO events (run, line, type, step, attempt, superseded, event) VALUES (?, ?, 'evaluation_item', 12, 1, 0, ?)",
    );
    let line = 1e9;
    for (const [run, right] of [
      ["a", 1],
      ["b", 0],
    ] as const) {
      for (const [view, score] of [
        ["ordered", right],
        ["shuffled", 1 - right],
        ["question-only", 1 - right],
      ] as const) {
        for (const sampleId of ["one", "two"]) {
          const item = { type: "evaluation_item", split: "heldout", label: "rl", step: 12, view, sampleId, score };
          insert.run(run, line++, JSON.stringify({ ...item, task: "count" }));
        }
      }
    }
    const { differences } = compareEvaluations(database, ["a", "b"]);
    expect(differences).toMatchObject([{ run: "b", split: "heldout", n: 2, difference: -1, won: 0, lost: 2 }]);
  });
});
