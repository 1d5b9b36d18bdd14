/**
 * `npm run bench -- store`: how fast journals enter the index and answers leave it. Everything happens in a temporary data
 * folder with databases on disk, by the store's own functions.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalWriter } from "../../workbench/testing/journal-writer.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { correctionExamples, countCorrections, readGroupMap } from "../../workbench/store/analysis.ts";
import { openIndex } from "../../workbench/store/databases.ts";
import { Ingest } from "../../workbench/store/ingest.ts";
import { measureManyRuns, writeManyRuns } from "./runs.ts";
import { readSeries } from "../../workbench/store/series.ts";

interface Row {
  readonly what: string;
  readonly value: string;
  readonly bar: string;
}

interface Time {
  readonly wallMs: number;
  /** Of this process: what it would take with a core to itself. */
  readonly cpuMs: number;
}

function timed(work: () => unknown): Time {
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** The fastest of five, after one that warms up: what the work needs when nobody else wants the processor. */
function repeated(work: () => unknown): string {
  work();
  const times = Array.from({ length: 5 }, () => timed(work));
  const least = (of: (time: Time) => number) => Math.min(...times.map(of)).toFixed(1);
  return `${least(({ wallMs }) => wallMs)} ms (cpu ${least(({ cpuMs }) => cpuMs)})`;
}

const POINTS = 1_000_000;
/** Written and read in parts, so that no more than that is in memory. */
const CHUNK = 100_000;
const STEPS = 5_000;
const METRICS = 40;

export async function benchStore(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "secondlook-bench-"));
  try {
    const rows = measure(data);
    for (const { what, value, bar } of rows) console.log(`${what.padEnd(72)} ${value.padStart(30)}   bar: ${bar}`);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function measure(data: string): Row[] {
  mkdirSync(join(data, "runs", "metrics"), { recursive: true });
  const journal = new JournalWriter(join(data, "runs", "metrics"));
  for (let step = 1; step <= STEPS; step++) {
    const metrics = Object.fromEntries(Array.from({ length: METRICS }, (_, i) => [`m/${i}`, Math.sin(step * (i + 1))]));
    journal.write({ type: "step", step, stage: "rl", stageStep: step, metrics, timings: {} }, step * 1000);
  }
  journal.flush();
  const run = new SyntheticRun({
    dataFolder: data,
    id: "rollouts",
    steps: 300,
    seed: 1,
    startTime: 1_700_000_000_000,
    prompts: 8,
    videos: false,
  });
  while (run.step());

  const index = openIndex(data);
  const ingest = new Ingest(index, data);
  const metrics = timed(() => ingest.run("metrics"));
  const rollouts = timed(() => ingest.run("rollouts"));
  const { count } = index.prepare("SELECT count(*) AS count FROM rollouts").get() as { count: number };

  mkdirSync(join(data, "runs", "long"), { recursive: true });
  for (let from = 1; from <= POINTS; from += CHUNK) {
    const long = new JournalWriter(join(data, "runs", "long"), 1);
    for (let step = from; step < from + CHUNK; step++) {
      const loss = step === 123_457 ? 1e6 : Math.sin(step / 5000);
      long.write({ type: "step", step, stage: "rl", stageStep: step, metrics: { loss }, timings: {} }, step);
    }
    long.flush();
    ingest.run("long");
  }
  writeManyRuns(data);
  // In one transaction: this is about reading the list, and ten thousand transactions would be a test of the disk.
  index.transaction(() => ingest.runFolders().forEach((run) => ingest.run(run)))();
  const whole = { run: "long", metrics: ["loss"], maxPoints: 1000 };
  const spike = readSeries(index, whole)[0]!.points.some(({ max }) => max === 1e6);
  const zoom = { ...whole, from: 120_000, to: 130_000 };
  const last = countCorrections(index, "rollouts").findLast(({ any }) => any > 0)!;
  const example = { run: "rollouts", fromStep: last.step, toStep: last.step, kind: "any" as const };
  const rows: Row[] = [
    { what: "metric rows taken in", value: `${rates(STEPS * METRICS, metrics, 1000)} /s`, bar: "100,000 /s" },
    {
      what: "rollouts taken in, with their groups",
      value: `${rates(count, rollouts, 60_000)} /min`,
      bar: "10,000 /min",
    },
    { what: "one million points in 1000 buckets", value: repeated(() => readSeries(index, whole)), bar: "< 100 ms" },
    {
      what: "one million points in 1000 buckets of time",
      value: repeated(() => readSeries(index, { ...whole, axis: "time" })),
      bar: "< 100 ms",
    },
    { what: "zoomed to one hundredth", value: repeated(() => readSeries(index, zoom)), bar: "< 100 ms" },
    { what: "a spike of one step in the whole picture", value: spike ? "kept" : "LOST", bar: "kept" },
    {
      what: `self-corrections of ${count} rollouts, by step`,
      value: repeated(() => countCorrections(index, "rollouts")),
      bar: "",
    },
    { what: "examples behind one point", value: repeated(() => correctionExamples(index, example)), bar: "" },
    { what: "the map of all groups", value: repeated(() => readGroupMap(index, "rollouts")), bar: "" },
    ...measureManyRuns(index, data),
  ];
  index.close();
  return rows;
}

/** By the clock, and by the processor time that it took. */
function rates(count: number, { wallMs, cpuMs }: Time, perMs: number): string {
  const rate = (ms: number): string => Math.round((count / ms) * perMs).toLocaleString("en-US");
  return `${rate(wallMs)} (cpu ${rate(cpuMs)})`;
}
