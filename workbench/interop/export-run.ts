/** A run in the formats of other tools: its metrics, every value of them, and its rollouts. Written anew from the journal. */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { EventOf } from "../../contract/journal.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../../contract/methods/interop.ts";
import { eventsInForce } from "./events-in-force.ts";
import { fileVersionEvent, scalarEvent } from "./tf-events.ts";
import { framed } from "./tf-records.ts";

export interface Exported {
  /** A file, or for event files and verl's rollouts a folder. */
  readonly path: string;
  readonly steps: number;
  readonly values: number;
  readonly rollouts: number;
}

interface Step {
  readonly step: number;
  readonly time: number;
  /** Null: it was not finite. */
  readonly metrics: Readonly<Record<string, number | null>>;
}
interface Rollout {
  readonly rollout: EventOf<"rollout">;
  readonly group: EventOf<"group">;
}
type Content = readonly (readonly [name: string, content: string | Uint8Array])[];

/** `output` must not be there. All or nothing. @throws RangeError for an unknown format or a run without what is asked for. */
export function exportRun(folder: string, format: ExportFormat, output: string): Exported {
  const path = resolve(output);
  if (existsSync(path)) throw new RangeError(`${path} is there already: choose another name, or remove it.`);
  if (format === "tfevents" && basename(path).includes("tfevents")) {
    throw new RangeError(
      `TensorBoard takes a folder with "tfevents" in its name for a file: call ${path} something else.`,
    );
  }
  const working = join(dirname(path), `.exporting-${process.pid}-${Date.now()}`);
  const { steps, rollouts } = read(folder, EXPORT_FORMATS[format].rollouts);
  const found = EXPORT_FORMATS[format].rollouts ? rollouts.length : steps.length;
  if (found === 0) {
    throw new RangeError(
      `The run has no ${EXPORT_FORMATS[format].rollouts ? "rollouts" : "steps"} that could be exported.`,
    );
  }
  try {
    const { isFolder } = EXPORT_FORMATS[format];
    mkdirSync(isFolder ? working : dirname(path), { recursive: true });
    for (const [name, content] of WRITERS[format](steps, rollouts)) {
      const file = isFolder ? join(working, name) : working;
      if (existsSync(file)) appendFileSync(file, content);
      else writeFileSync(file, content);
    }
    renameSync(working, path);
  } finally {
    rmSync(working, { recursive: true, force: true });
  }
  const values = EXPORT_FORMATS[format].rollouts
    ? 0
    : steps.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0);
  return { path, steps: steps.length, values, rollouts: rollouts.length };
}

/** Metrics under the names that the window shows: times and memory beside them, other ranks' with their rank. */
function read(folder: string, withRollouts: boolean): { steps: Step[]; rollouts: Rollout[] } {
  const byStep = new Map<number, { time: number; metrics: Record<string, number | null> }>();
  const groups = new Map<string, EventOf<"group">>();
  const rollouts: Rollout[] = [];
  for (const { rank, event } of eventsInForce(folder)) {
    if (event.type === "step" && !withRollouts) {
      const at = byStep.get(event.step) ?? { time: event.time, metrics: {} };
      byStep.set(event.step, at);
      const prefix = rank === 0 ? "" : `rank${rank}/`;
      const put = (values: Readonly<Record<string, number | null>>, kind: string): void => {
        for (const [name, value] of Object.entries(values)) at.metrics[`${prefix}${kind}${name}`] = value;
      };
      put(event.metrics, "");
      put(event.timings, "time/");
      put(event.memory ?? {}, "memory/");
    } else if (event.type === "group" && withRollouts) groups.set(event.group, event);
    else if (event.type === "rollout" && withRollouts) {
      const group = groups.get(event.group);
      if (group) rollouts.push({ rollout: event, group });
    }
  }
  const steps = [...byStep].map(([step, at]) => ({ step, ...at })).sort((left, right) => left.step - right.step);
  return { steps, rollouts };
}

const WRITERS: Readonly<
  Record<ExportFormat, (steps: readonly Step[], rollouts: readonly Rollout[]) => Iterable<Content[number]>>
> = {
  tfevents: eventFile,
  csv: (steps) => csv(steps),
  jsonl: (steps) => steps.map(({ step, time, metrics }) => ["", line({ step, time, ...metrics })]),
  verl: (_, rollouts) => rollouts.map(({ rollout, group }) => [`${rollout.step}.jsonl`, line(verlRow(rollout, group))]),
  trl: (_, rollouts) => rollouts.map(({ rollout, group }) => ["", line(trlRow(rollout, group))]),
};

const line = (value: object): string => `${JSON.stringify(value)}\n`;

/** A value that was not finite is written as NaN: TensorBoard marks it. */
function* eventFile(steps: readonly Step[]): Generator<Content[number]> {
  const seconds = (steps[0]?.time ?? 0) / 1000;
  const name = `events.out.tfevents.${Math.floor(seconds)}.secondlook`;
  yield [name, framed(fileVersionEvent(seconds))];
  for (const { step, time, metrics } of steps) {
    const scalars = Object.entries(metrics).map(([tag, value]) => ({ tag, value: value ?? Number.NaN }));
    yield [name, framed(scalarEvent({ wallTime: time / 1000, step, scalars }))];
  }
}

/** A column a metric, an empty field where a step has no value; "nan" where it was not finite. */
function* csv(steps: readonly Step[]): Generator<Content[number]> {
  const names = [...new Set(steps.flatMap(({ metrics }) => Object.keys(metrics)))];
  const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  yield ["", `${["step", "time", ...names].map(quoted).join(",")}\n`];
  for (const { step, time, metrics } of steps) {
    const values = names.map((name) => (name in metrics ? String(metrics[name] ?? "nan") : ""));
    yield ["", `${[String(step), String(time), ...values].join(",")}\n`];
  }
}

/** verl's columns first; ours after them are kept by its readers as extras. */
function verlRow(
  { step, text, reward, rewards, correct, advantage }: EventOf<"rollout">,
  group: EventOf<"group">,
): object {
  const parts = Object.entries(rewards).map(([name, value]) => [`rewards/${name}`, value]);
  const about = { input: group.promptText, output: text, gts: group.answer, score: reward, step };
  return { ...about, acc: Number(correct), advantage, view: group.view, ...Object.fromEntries(parts) };
}

/** A column a reward, by its own name. */
function trlRow({ step, text, rewards, correct, advantage }: EventOf<"rollout">, group: EventOf<"group">): object {
  return {
    step,
    prompt: group.promptText,
    completion: text,
    ...rewards,
    advantage,
    solution: group.answer,
    correct,
    view: group.view,
  };
}
