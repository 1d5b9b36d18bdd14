/** Measurements of several runs on the same items, compared item by item. */
import type { EventOf } from "../../contract/journal.ts";
import type { MeasuredPolicy, PairedDifference, RunComparison, SharedPrompt } from "../../contract/methods.ts";
import { pairedBootstrap } from "../../science/metrics/bootstrap.ts";
import { readGroupMap } from "./analysis.ts";
import type { Db } from "./databases.ts";

type Item = EventOf<"evaluation_item">;
const SPLITS = ["heldout", "validation"] as const;

function eventsOf<Type extends "evaluation" | "evaluation_item">(
  database: Db,
  run: string,
  type: Type,
): EventOf<Type>[] {
  const rows = database
    .prepare("SELECT event FROM events WHERE run = ? AND type = ? AND superseded = 0 ORDER BY line")
    .all(run, type) as { event: string }[];
  return rows.map(({ event }) => JSON.parse(event) as EventOf<Type>);
}

/** Scores by item of the newest measurement of a split on ordered frames. */
function newestScores(items: readonly Item[], split: string): Map<string, number> {
  const own = items.filter((item) => item.split === split && item.view === "ordered");
  const newest = own.at(-1);
  return new Map(
    own
      .filter((item) => item.step === newest?.step && item.label === newest.label)
      .map((item) => [item.sampleId, item.score]),
  );
}

/** What each run measured, and the newest policies against the first run's, paired by item. */
export function compareEvaluations(database: Db, runs: readonly string[]): RunComparison {
  const policies = runs.flatMap((run) =>
    eventsOf(database, run, "evaluation").map(
      ({ label, step, split, n, accuracy, interval, accuracyShuffled, formatRate }): MeasuredPolicy => ({
        run,
        label,
        step,
        split,
        n,
        accuracy,
        interval,
        accuracyShuffled,
        formatRate,
      }),
    ),
  );
  const items = runs.map((run) => eventsOf(database, run, "evaluation_item"));
  const differences = SPLITS.flatMap((split) => {
    const scores = items.map((own) => newestScores(own, split));
    return runs.slice(1).flatMap((run, index): PairedDifference[] => {
      const paired = pair(scores[0]!, scores[index + 1]!);
      return paired === null ? [] : [{ run, split, ...paired }];
    });
  });
  return { policies, differences };
}

function pair(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Omit<PairedDifference, "run" | "split"> | null {
  const shared = [...before.keys()].filter((sample) => after.has(sample)).sort();
  if (shared.length === 0) return null;
  const left = shared.map((sample) => before.get(sample)!);
  const right = shared.map((sample) => after.get(sample)!);
  const { difference, interval } = pairedBootstrap(left, right);
  const won = right.filter((score, index) => score > left[index]!).length;
  const lost = right.filter((score, index) => score < left[index]!).length;
  return { n: shared.length, difference, interval, won, lost };
}

/** Prompts that every run has met; those on which they differ most come first. */
export function sharedPrompts(database: Db, runs: readonly string[]): SharedPrompt[] {
  const tasks = new Map<string, string>();
  const scores = runs.map((run) => {
    const own = new Map<string, number>();
    const map = readGroupMap(database, run);
    for (const cell of map.cells) {
      const sample = map.samples[cell.sample]!;
      own.set(sample, cell.accuracy);
      tasks.set(sample, map.tasks[cell.task]!);
    }
    for (const item of eventsOf(database, run, "evaluation_item")) {
      if (item.view !== "ordered") continue;
      own.set(item.sampleId, item.score);
      tasks.set(item.sampleId, item.task);
    }
    return own;
  });
  const spread = (prompt: SharedPrompt): number => Math.max(...prompt.scores) - Math.min(...prompt.scores);
  return [...scores[0]!.keys()]
    .filter((sample) => scores.every((own) => own.has(sample)))
    .map((sampleId) => ({ sampleId, task: tasks.get(sampleId)!, scores: scores.map((own) => own.get(sampleId)!) }))
    .sort((a, b) => spread(b) - spread(a) || a.sampleId.localeCompare(b.sampleId));
}
