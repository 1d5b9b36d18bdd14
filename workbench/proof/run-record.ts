/** What a finished run's journal says, read line by line: the material of every result that a page states. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EventOf, JournalEvent } from "../../contract/journal.ts";
import { DATA_FOLDER, RUN_FOLDER } from "../../contract/run-folder.ts";

/** One measured question. */
export interface Item {
  readonly sampleId: string;
  readonly task: string;
  /** Problem type. */
  readonly type: string;
  readonly text: string;
  readonly prediction: string;
  readonly answer: string;
  readonly score: number;
  readonly format: number;
  /** Whether the reasoning leads to the answer; null: it names nothing. Absent in older journals. */
  readonly consistent?: boolean | null | undefined;
}

export type Rollout = Pick<
  EventOf<"rollout">,
  "index" | "text" | "prediction" | "correct" | "rewards" | "reward" | "advantage"
>;

/** One prompt of one step under one view, with its rollouts in order. */
export type Group = Pick<
  EventOf<"group">,
  | "group"
  | "pair"
  | "step"
  | "stage"
  | "view"
  | "sampleId"
  | "task"
  | "problemType"
  | "answer"
  | "dead"
  | "gate"
  | "augmentation"
> & { readonly rewardMean: number | null; readonly rollouts: Rollout[] };

export interface Step {
  readonly step: number;
  readonly stage: string;
  readonly stageStep: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Milliseconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
  /** The whole step. */
  readonly seconds: number;
}

export interface RunRecord {
  readonly run: string;
  readonly name: string;
  readonly recipe: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly model: { readonly directory: string; readonly parameters: number };
  readonly rows: Readonly<Record<string, number>>;
  readonly device: string;
  readonly totalSteps: number;
  /** Names of the stages, in order. */
  readonly stages: readonly string[];
  /** In order; a step that a resume did again counts once. */
  readonly steps: readonly Step[];
  /** By the group's name, all views. */
  readonly groups: ReadonlyMap<string, Group>;
  /** Newest measurement of each `<split>/<label>/<view>`, by sample. */
  readonly items: ReadonlyMap<string, ReadonlyMap<string, Item>>;
  readonly evaluations: readonly EventOf<"evaluation">[];
  readonly checkpoints: readonly EventOf<"checkpoint">[];
  readonly preferencePairs: readonly EventOf<"preference_pair">[];
  /** Seconds inside updates. */
  readonly updateSeconds: number;
  /** From the first event to the last, the time between attempts left out. */
  readonly wallSeconds: number;
}

const WANTED = /"type":"(?:run_started|step|group|rollout|evaluation|evaluation_item|checkpoint|preference_pair)"/;

/** Steps that a resume did again count once: the newest attempt's. @throws Error when the run never started. */
export async function readRecord(data: string, run: string): Promise<RunRecord> {
  const path = join(data, DATA_FOLDER.runs, run, RUN_FOLDER.journal(0));
  const items = new Map<string, Map<string, Item>>();
  const evaluations = new Map<string, EventOf<"evaluation">>();
  const steps = new Map<number, Step>();
  const groups = new Map<string, Group>();
  const pairs = new Map<string, EventOf<"preference_pair">>();
  const checkpoints: EventOf<"checkpoint">[] = [];
  const attempts = new Map<number, { first: number; last: number }>();
  let started: EventOf<"run_started"> | null = null;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (!WANTED.test(line)) continue;
    const event = JSON.parse(line) as JournalEvent;
    const attempt = attempts.get(event.attempt);
    if (attempt === undefined) attempts.set(event.attempt, { first: event.time, last: event.time });
    else attempt.last = event.time;
    if (event.type === "run_started") started = event;
    else if (event.type === "checkpoint") checkpoints.push(event);
    else if (event.type === "step") steps.set(event.step, stepOf(event));
    else if (event.type === "group") groups.set(event.group, { ...event, rollouts: [] });
    else if (event.type === "rollout") groups.get(event.group)?.rollouts.push(event);
    else if (event.type === "evaluation") {
      evaluations.set(`${event.label}/${event.split}@${event.step}`, event);
    } else if (event.type === "evaluation_item") {
      const key = `${event.split}/${event.label}/${event.view}`;
      const own = items.get(key) ?? new Map<string, Item>();
      own.set(event.sampleId, { ...event, type: event.problemType ?? "" });
      items.set(key, own);
    } else if (event.type === "preference_pair") {
      pairs.set([event.group, event.chosen, event.rejected, event.kind].join(" "), event);
    }
  }
  if (started === null) throw new Error(`The journal of run ${run} holds no start: delete the run and start again.`);
  const { config, model, totalSteps, engine, name, recipe, stages } = started;
  const ordered = [...steps.values()].sort((left, right) => left.step - right.step);
  return {
    run,
    name,
    recipe,
    settings: config["settings"] as Record<string, unknown>,
    model,
    rows: config["rows"] as Record<string, number>,
    device: String(engine["device"] ?? "unknown"),
    totalSteps,
    stages: stages.map((stage) => stage.name),
    steps: ordered,
    groups,
    items,
    evaluations: [...evaluations.values()],
    checkpoints,
    preferencePairs: [...pairs.values()],
    updateSeconds: ordered.reduce((sum, { seconds }) => sum + seconds, 0),
    wallSeconds: [...attempts.values()].reduce((sum, { first, last }) => sum + (last - first) / 1000, 0),
  };
}

function stepOf({ step, stage, stageStep, metrics, timings }: EventOf<"step">): Step {
  const seconds = Object.values(timings).reduce((sum, value) => sum + value, 0) / 1000;
  return { step, stage, stageStep, metrics, timings, seconds };
}

/** The newest checkpoint with this label. @throws Error when the run left none. */
export function checkpointOf(
  record: Pick<RunRecord, "run" | "checkpoints">,
  label: string,
): { run: string; checkpoint: string } {
  const checkpoint = record.checkpoints.findLast((event) => event.label === label);
  if (checkpoint === undefined) throw new Error(`Run ${record.run} left no checkpoint "${label}" to go on from.`);
  return { run: record.run, checkpoint: checkpoint.path };
}
