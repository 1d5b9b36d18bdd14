/** Writes what was read from another tool as a run of ours: a folder with a journal, which every screen reads. */
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { JOURNAL_VERSION, type EventBody } from "../../contract/journal.ts";
import { DATA_FOLDER, IMPORTED, RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { curvesFor } from "./curves-for.ts";
import type { ForeignRollout, ForeignRun } from "./foreign-run.ts";
import { shownName } from "./metric-names.ts";

const NO_TOKENS = { offset: 0, bytes: 0, crc: 0, count: 0, channels: ["ids"] };
const FLUSH_LINES = 2000;

export interface Origin {
  readonly id: string;
  readonly name: string;
  /** In words, such as "TensorBoard". */
  readonly tool: string;
  /** Where the files lie. */
  readonly from: string;
  readonly files: number;
}

/** All or nothing: the folder gets its name when it is whole. */
export function writeRun(data: string, run: ForeignRun, origin: Origin): void {
  const folder = runFolder(data, origin.id);
  const working = join(data, DATA_FOLDER.runs, `.importing-${origin.id}`);
  mkdirSync(working, { mode: 0o700 });
  try {
    const config: RunConfigFile = {
      id: origin.id,
      name: origin.name,
      recipe: IMPORTED,
      preset: origin.tool,
      seed: 0,
      overrides: {},
      model: "",
      data: { train: "", mediaRoot: "" },
      imported: { tool: origin.tool, from: origin.from },
      createdAt: Date.now(),
    };
    writeFileSync(join(working, RUN_FOLDER.config), `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    writeJournal(join(working, RUN_FOLDER.journal(0)), run, origin);
    renameSync(working, folder);
  } finally {
    rmSync(working, { recursive: true, force: true });
  }
}

function writeJournal(path: string, run: ForeignRun, origin: Origin): void {
  const lines: string[] = [];
  let seq = 0;
  const flush = (): void => appendFileSync(path, lines.splice(0).join(""), { mode: 0o600 });
  const write = (body: EventBody, time: number): void => {
    lines.push(`${JSON.stringify({ v: JOURNAL_VERSION, attempt: 1, seq: seq++, time, ...body })}\n`);
    if (lines.length === FLUSH_LINES) flush();
  };
  const rollouts = byStep(run.rollouts);
  const steps = [...new Set([...run.steps.keys(), ...rollouts.keys()])].sort((left, right) => left - right);
  const times = steps.map((step) => run.steps.get(step)?.time ?? 0).filter((time) => time > 0);
  const [first, last] = [
    times.reduce((a, b) => Math.min(a, b), times[0] ?? 0),
    times.reduce((a, b) => Math.max(a, b), 0),
  ];
  const totalSteps = steps.at(-1) ?? 0;
  const names = [...run.metricNames].map((name) => shownName(name, run.metricNames));
  write(started(origin, totalSteps, names), first);
  for (const problem of run.problems) write({ type: "data_error", ...problem }, first);
  if (run.replaced > 0) {
    const message = `${run.replaced} values stood more than once for their step: the last one of each was taken.`;
    write({ type: "notice", level: "info", message, step: 0, rule: "import" }, first);
  }
  for (const step of steps) {
    const { time, metrics } = run.steps.get(step) ?? { time: 0, metrics: new Map<string, number | null>() };
    const at = time > 0 ? time : first;
    for (const event of groupEvents(step, rollouts.get(step) ?? [])) write(event, at);
    const named = [...metrics].map(([name, value]) => [shownName(name, run.metricNames), value] as const);
    const nonFinite = named.filter(([, value]) => value === null).map(([name]) => name);
    const values = Object.fromEntries(named);
    const about = { stage: IMPORTED, stageStep: step, timings: {}, ...(nonFinite.length > 0 ? { nonFinite } : {}) };
    write({ type: "step", step, metrics: values, ...about }, at);
  }
  const reason = `Imported from ${origin.tool}: ${origin.files} ${origin.files === 1 ? "file" : "files"} of ${origin.from}.`;
  write({ type: "run_ended", status: "completed", step: totalSteps, reason }, last);
  flush();
}

function started(
  { id, name, tool, from }: Origin,
  totalSteps: number,
  names: readonly string[],
): EventBody<"run_started"> {
  return {
    type: "run_started",
    run: id,
    name,
    recipe: IMPORTED,
    preset: tool,
    seed: 0,
    config: { imported: { tool, from } },
    model: { directory: "", parameters: 0 },
    totalSteps,
    stages: [{ name: IMPORTED, kind: IMPORTED, steps: totalSteps }],
    engine: {},
    panels: curvesFor(names),
    host: { name: hostname(), pid: process.pid, node: process.version },
  };
}

function byStep(rollouts: readonly ForeignRollout[]): Map<number, ForeignRollout[]> {
  const steps = new Map<number, ForeignRollout[]>();
  for (const rollout of rollouts) {
    const list = steps.get(rollout.step);
    if (list) list.push(rollout);
    else steps.set(rollout.step, [rollout]);
  }
  return steps;
}

/** Rollouts of one prompt under one view are a group; the ordered and the shuffled one of a prompt are a pair. */
function* groupEvents(step: number, rollouts: readonly ForeignRollout[]): Generator<EventBody> {
  const prompts = new Map<string, Map<string, ForeignRollout[]>>();
  for (const rollout of rollouts) {
    const views = prompts.get(rollout.prompt) ?? new Map<string, ForeignRollout[]>();
    views.set(rollout.view, [...(views.get(rollout.view) ?? []), rollout]);
    prompts.set(rollout.prompt, views);
  }
  let place = 0;
  for (const [prompt, views] of prompts) {
    const pair = `${step}-${place++}`;
    const promptHash = createHash("sha256").update(prompt).digest("hex").slice(0, 16);
    for (const [view, members] of views) {
      const group = `${pair}-${view}`;
      const rewards = members.map(({ reward }) => reward);
      const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
      const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
      yield {
        type: "group",
        step,
        stage: IMPORTED,
        group,
        pair,
        view,
        sampleId: promptHash,
        task: "",
        problemType: "",
        question: prompt,
        options: [],
        answer: members[0]!.answer,
        promptText: prompt,
        promptHash,
        promptTokens: 0,
        media: null,
        rewardMean: mean,
        rewardStd: rewards.length > 1 ? Math.sqrt(squares / (rewards.length - 1)) : 0,
        dead: rewards.every((reward) => reward === rewards[0]),
        gate: null,
        trained: view === "ordered",
      };
      for (const [index, { completion, correct, rewards: parts, reward, advantage }] of members.entries()) {
        const prediction = /<answer>([\s\S]*?)<\/answer>/.exec(completion)?.[1]?.trim() ?? "";
        const about = { text: completion, stopReason: "stop" as const, prediction, correct, advantage };
        yield { type: "rollout", step, group, index, ...about, rewards: parts, reward, tokens: NO_TOKENS };
      }
    }
  }
}
