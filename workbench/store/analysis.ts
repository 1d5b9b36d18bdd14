/** Questions about all rollouts of a run, answered from the index without reading their texts where possible. */
import type { EventOf } from "../../contract/journal.ts";
import type {
  CorrectionExample,
  CorrectionPoint,
  GroupMap,
  PromptHistory,
  PromptMoment,
  RepeatedPrompt,
} from "../../contract/methods.ts";
import { CORRECTION_BITS } from "../../science/aha.ts";
import type { Db } from "./databases.ts";
import { rolloutView } from "./rollouts.ts";

const { hesitation, recheck, flip } = CORRECTION_BITS;

/** By step, on the rollouts that are trained on (every view but the shuffled one). */
export function countCorrections(database: Db, run: string): CorrectionPoint[] {
  return database
    .prepare(
      `SELECT r.step AS step, count(*) AS rollouts,
         sum((r.corrections & ${hesitation}) <> 0) AS hesitations, sum((r.corrections & ${recheck}) <> 0) AS rechecks,
         sum((r.corrections & ${flip}) <> 0) AS flips, sum(r.corrections <> 0) AS "any",
         sum(r.corrections <> 0 AND r.correct) AS anyCorrect, sum(r.corrections = 0 AND r.correct) AS othersCorrect
       FROM rollouts r
       WHERE r.run = ? AND r.superseded = 0 AND r.group_name NOT LIKE '%-shuffled'
       GROUP BY r.step ORDER BY r.step`,
    )
    .all(run) as CorrectionPoint[];
}

export interface ExampleQuery {
  readonly run: string;
  readonly fromStep: number;
  readonly toStep: number;
  readonly kind: "any" | "hesitation" | "recheck" | "flip";
  readonly limit?: number | undefined;
}

/** Newest first, all views. */
export function correctionExamples(database: Db, query: ExampleQuery): CorrectionExample[] {
  const { run, fromStep, toStep, kind, limit = 60 } = query;
  const bits = kind === "any" ? hesitation | recheck | flip : CORRECTION_BITS[kind];
  const rows = database
    .prepare(
      // Found in the index alone; only those that are shown are read. CROSS JOIN keeps this order.
      `SELECT r.line AS id, r.event AS event, g.event AS "group" FROM (
         SELECT line FROM rollouts
         WHERE run = @run AND step BETWEEN @fromStep AND @toStep AND superseded = 0 AND (corrections & @bits) <> 0
         ORDER BY step DESC, line LIMIT @limit
       ) found CROSS JOIN rollouts r ON r.run = @run AND r.line = found.line
       CROSS JOIN groups g ON g.run = @run AND g.step = r.step AND g.name = r.group_name AND g.superseded = 0
       ORDER BY r.step DESC, r.line`,
    )
    .all({ run, fromStep, toStep, bits, limit }) as { id: number; event: string; group: string }[];
  return rows.map((row) => {
    const { step, pair, view, question, answer, task } = JSON.parse(row.group) as EventOf<"group">;
    return { ...rolloutView(row.id, row.event), step, pair, view, question, answer, task };
  });
}

interface CellRow {
  readonly step: number;
  readonly name: string;
  readonly sample: string;
  readonly task: string;
  readonly rewardStd: number | null;
  readonly dead: number;
  readonly accuracy: number | null;
}

/** Every trained group of the run. */
export function readGroupMap(database: Db, run: string): GroupMap {
  const rows = database
    .prepare(
      `SELECT g.step, g.name, g.sample, g.task, g.reward_std AS rewardStd, g.dead, avg(r.correct) AS accuracy
       FROM groups g LEFT JOIN rollouts r ON r.run = g.run AND r.step = g.step AND r.group_name = g.name AND r.superseded = 0
       WHERE g.run = ? AND g.superseded = 0 AND g.view <> 'shuffled'
       GROUP BY g.step, g.name ORDER BY g.step, g.name`,
    )
    .all(run) as CellRow[];
  const samples = [...new Set(rows.map(({ sample }) => sample))];
  const tasks = [...new Set(rows.map(({ task }) => task))].sort();
  const sampleAt = new Map(samples.map((sample, index) => [sample, index]));
  const taskAt = new Map(tasks.map((task, index) => [task, index]));
  const cells = rows.map((row) => ({
    step: row.step,
    pair: row.name.slice(0, row.name.lastIndexOf("-")),
    sample: sampleAt.get(row.sample)!,
    task: taskAt.get(row.task)!,
    rewardStd: row.rewardStd,
    accuracy: row.accuracy ?? 0,
    dead: row.dead === 1,
  }));
  return { samples, tasks, cells };
}

type Item = EventOf<"evaluation_item">;

function evaluationItems(database: Db, run: string): Item[] {
  const rows = database
    .prepare("SELECT event FROM events WHERE run = ? AND type = 'evaluation_item' AND superseded = 0 ORDER BY line")
    .all(run) as { event: string }[];
  return rows.map(({ event }) => JSON.parse(event) as Item);
}

/** Prompts with at least two moments on ordered frames, those that changed most first. */
export function repeatedPrompts(database: Db, run: string): RepeatedPrompt[] {
  const moments = new Map<string, { task: string; scores: number[] }>();
  const add = (sample: string, task: string, score: number): void => {
    const known = moments.get(sample) ?? { task, scores: [] };
    known.scores.push(score);
    moments.set(sample, known);
  };
  const { samples, tasks, cells } = readGroupMap(database, run);
  for (const cell of cells) add(samples[cell.sample]!, tasks[cell.task]!, cell.accuracy);
  for (const item of evaluationItems(database, run)) {
    if (item.view === "ordered") add(item.sampleId, item.task, item.score);
  }
  return [...moments]
    .filter(([, { scores }]) => scores.length > 1)
    .map(([sampleId, { task, scores }]) => ({
      sampleId,
      task,
      moments: scores.length,
      first: scores[0]!,
      last: scores.at(-1)!,
    }))
    .sort(
      (a, b) =>
        Math.abs(b.last - b.first) - Math.abs(a.last - a.first) ||
        b.moments - a.moments ||
        a.sampleId.localeCompare(b.sampleId),
    );
}

/** All answers to one prompt, over training and evaluations. @throws RangeError for a prompt the run never met. */
export function promptHistory(database: Db, run: string, sampleId: string): PromptHistory {
  const groups = database
    .prepare("SELECT event FROM groups WHERE run = ? AND sample = ? AND superseded = 0 ORDER BY step, line")
    .all(run, sampleId) as { event: string }[];
  const rollouts = database.prepare(
    "SELECT event FROM rollouts WHERE run = ? AND step = ? AND group_name = ? AND superseded = 0 ORDER BY position",
  );
  const events = groups.map(({ event }) => JSON.parse(event) as EventOf<"group">);
  const moments: PromptMoment[] = events.map((group) => ({
    kind: "group",
    step: group.step,
    label: group.stage,
    view: group.view,
    pair: group.pair,
    answers: (rollouts.all(run, group.step, group.group) as { event: string }[]).map(({ event }) => {
      const { text, prediction, rewards, correct } = JSON.parse(event) as EventOf<"rollout">;
      return { text, prediction, score: rewards["accuracy"] ?? Number(correct) };
    }),
  }));
  const items = evaluationItems(database, run).filter((item) => item.sampleId === sampleId);
  for (const { step, label, view, text, prediction, score } of items) {
    moments.push({ kind: "evaluation", step, label, view, pair: null, answers: [{ text, prediction, score }] });
  }
  const about = events[0];
  if (moments.length === 0) throw new RangeError(`Run ${run} has met no prompt ${sampleId}; reload the page.`);
  return {
    sampleId,
    question: about?.question ?? "",
    options: about?.options ?? [],
    answer: about?.answer ?? items[0]?.answer ?? "",
    task: about?.task ?? items[0]?.task ?? "",
    moments: moments.sort((a, b) => a.step - b.step),
  };
}
