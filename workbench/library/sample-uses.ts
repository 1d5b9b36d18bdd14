/** Where runs met a row: their prompts by the index of samples, their evaluated items by the runs that name the file. */
import type { EventOf } from "../../contract/journal.ts";
import type { RunConfigFile } from "../../contract/run-folder.ts";
import type { SampleUse } from "../../contract/methods.ts";
import { readRunConfig } from "../runs/launch.ts";
import type { Db } from "../store/databases.ts";

/** Newest first. */
const MOST_RUNS = 50;
const MOST_USES = 200;

export interface RunsToSearch {
  readonly data: string;
  /** The journals' index. */
  readonly database: Db;
  /** Ids, in the order of their time. */
  readonly runs: readonly string[];
}

/** Uses of one row of `file`, newest run first, by step. */
export function findUses(
  { data, database, runs }: RunsToSearch,
  file: string,
  sample: { readonly id: string; readonly question: string },
): SampleUse[] {
  const groups = database.prepare(
    `SELECT g.step AS step, g.view AS view, g.event AS event, count(r.line) AS rollouts, avg(r.correct) AS accuracy
     FROM groups g LEFT JOIN rollouts r ON r.run = g.run AND r.step = g.step AND r.group_name = g.name AND r.superseded = 0
     WHERE g.run = ? AND g.sample = ? AND g.superseded = 0 GROUP BY g.line ORDER BY g.step, g.view`,
  );
  const items = database.prepare(
    `SELECT step, event FROM events WHERE run = ? AND type = 'evaluation_item' AND superseded = 0 AND instr(event, ?) > 0`,
  );
  const uses: SampleUse[] = [];
  for (const config of runsWith(data, runs, file)) {
    const run = { run: config.id, runName: config.name };
    for (const row of groups.all(config.id, sample.id) as GroupRow[]) {
      const event = JSON.parse(row.event) as EventOf<"group">;
      // Two files of one run may use the same names.
      if (event.question !== sample.question) continue;
      const { pair, rewardMean } = event;
      const { step, view, rollouts, accuracy } = row;
      uses.push({ ...run, step, kind: "rollouts", label: view, pair, rollouts, accuracy: accuracy ?? 0, rewardMean });
    }
    for (const { step, event } of items.all(config.id, JSON.stringify(sample.id)) as {
      step: number;
      event: string;
    }[]) {
      const item = JSON.parse(event) as EventOf<"evaluation_item">;
      if (item.sampleId !== sample.id || !isEvaluatedOn(config, item.split, file)) continue;
      const label = `${item.label}, ${item.split}, ${item.view}`;
      uses.push({
        ...run,
        step,
        kind: "evaluation",
        label,
        pair: null,
        rollouts: 1,
        accuracy: item.score,
        rewardMean: null,
      });
    }
    if (uses.length >= MOST_USES) break;
  }
  return uses.slice(0, MOST_USES);
}

interface GroupRow {
  readonly step: number;
  readonly view: string;
  readonly event: string;
  readonly rollouts: number;
  readonly accuracy: number | null;
}

function isEvaluatedOn({ data }: RunConfigFile, split: string, file: string): boolean {
  return (split === "heldout" ? data.heldOut : split === "validation" ? data.validation : data.train) === file;
}

function runsWith(data: string, runs: readonly string[], file: string): RunConfigFile[] {
  const found: RunConfigFile[] = [];
  for (const run of [...runs].reverse()) {
    const config = configOrNull(data, run);
    if (config !== null && Object.values(config.data).includes(file)) found.push(config);
    if (found.length === MOST_RUNS) break;
  }
  return found;
}

function configOrNull(data: string, run: string): RunConfigFile | null {
  try {
    return readRunConfig(data, run);
  } catch {
    return null;
  }
}
