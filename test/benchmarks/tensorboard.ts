/**
 * `npm run bench -- tensorboard PYTHON`: the same event file opened by TensorBoard (its Python reader, and its server as people start
 * it) and by ours. PYTHON is an interpreter that has tensorboard; the reference is no part of the product.
 */
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { importRuns } from "../../workbench/interop/import-runs.ts";
import { fileVersionEvent, scalarEvent } from "../../workbench/interop/tf-events.ts";
import { framed } from "../../workbench/interop/tf-records.ts";
import { openIndex } from "../../workbench/store/databases.ts";
import { Ingest } from "../../workbench/store/ingest.ts";
import { readSeries } from "../../workbench/store/series.ts";

const STEPS = 25_000;
const TAGS = 40;
const TAG = "m/0";
const SPIKE = { step: 12_345, value: 1e6 };
const PORT = 16_007;
const TICKS_PER_SECOND = 100;

interface Loaded {
  readonly seconds: number;
  /** Of all its processes: what it takes when nobody else wants the processor. */
  readonly cpuSeconds: number;
  readonly bytes: number;
  readonly points: number;
  readonly largest: number;
}

export async function benchTensorboard([python]: readonly string[]): Promise<void> {
  if (python === undefined)
    throw new Error("Give the Python that has tensorboard: npm run bench -- tensorboard PYTHON.");
  const folder = mkdtempSync(join(tmpdir(), "secondlook-bench-"));
  try {
    const logs = join(folder, "logs");
    writeLogs(logs);
    console.log(`${(STEPS * TAGS).toLocaleString("en-US")} scalars: ${STEPS} steps of ${TAGS} tags, one spike\n`);
    for (const points of [1000, 0]) {
      const name = `TensorBoard's reader, ${points === 0 ? "all points" : `${points} points a tag, its default`}`;
      say(
        name,
        JSON.parse(
          execFileSync(python, ["test/peers/tensorboard_peer.py", logs, TAG, String(points)], { encoding: "utf8" }),
        ) as Loaded,
      );
    }
    say("TensorBoard as it is started, until the last step is answered", await serve(python, logs));
    await ours(join(folder, "data"), logs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeLogs(folder: string): void {
  mkdirSync(folder);
  const file = join(folder, "events.out.tfevents.1700000000.bench");
  let waiting: Uint8Array[] = [framed(fileVersionEvent(1_700_000_000))];
  for (let step = 1; step <= STEPS; step++) {
    const scalars = Array.from({ length: TAGS }, (_, tag) => {
      const value = tag === 0 && step === SPIKE.step ? SPIKE.value : Math.sin(step / 500 + tag);
      return { tag: `m/${tag}`, value };
    });
    waiting.push(framed(scalarEvent({ wallTime: 1_700_000_000 + step, step, scalars })));
    if (step % 1000 !== 0 && step !== STEPS) continue;
    appendFileSync(file, Buffer.concat(waiting));
    waiting = [];
  }
}

/** The whole program with its data server, from its start until a chart could be drawn. */
async function serve(python: string, logs: string): Promise<Loaded> {
  const start = performance.now();
  const program = join(dirname(resolve(python)), "tensorboard");
  const child = spawn(program, ["--logdir", logs, "--port", String(PORT)], { stdio: "ignore", detached: true });
  try {
    for (;;) {
      await delay(100);
      const answer = await fetch(
        `http://127.0.0.1:${PORT}/data/plugin/scalars/scalars?run=.&tag=${encodeURIComponent(TAG)}`,
      ).catch(() => null);
      const points = answer?.ok ? ((await answer.json()) as [time: number, step: number, value: number][]) : [];
      if (points.at(-1)?.[1] !== STEPS) {
        if (performance.now() - start > 120_000) throw new Error("TensorBoard did not answer within two minutes.");
        continue;
      }
      const seconds = (performance.now() - start) / 1000;
      const largest = Math.max(...points.map(([, , value]) => value));
      return { seconds, ...groupUse(child.pid!), points: points.length, largest };
    }
  } finally {
    process.kill(-child.pid!, "SIGTERM");
  }
}

/** Resident bytes and processor time of all processes of a group. */
function groupUse(group: number): Pick<Loaded, "bytes" | "cpuSeconds"> {
  let [bytes, ticks] = [0, 0];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[2]) !== group) continue;
      ticks += Number(fields[11]) + Number(fields[12]);
      bytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    } catch {
      // Ended meanwhile.
    }
  }
  return { bytes, cpuSeconds: ticks / TICKS_PER_SECOND };
}

async function ours(data: string, logs: string): Promise<void> {
  mkdirSync(join(data, "runs"), { recursive: true });
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage(cpuBefore);
    return (user + system) / 1e6;
  };
  const [run] = await importRuns(data, logs);
  const imported = cpuSeconds();
  let index = openIndex(data);
  new Ingest(index, data).run(run!.id);
  const seconds = (performance.now() - start) / 1000;
  const cpu = cpuSeconds();
  const { maxRSS } = process.resourceUsage();
  const question = { run: run!.id, metrics: Array.from({ length: TAGS }, (_, tag) => `m/${tag}`), maxPoints: 1000 };
  const drawn = readSeries(index, question)[0]!;
  const largest = Math.max(...drawn.points.map(({ max }) => max));
  say(`ours, once: read and checked (cpu ${imported.toFixed(2)} s), then taken into the index`, {
    seconds,
    cpuSeconds: cpu,
    bytes: maxRSS * 1024,
    points: drawn.total,
    largest,
  });
  index.close();
  const [again, cpuAgain] = [performance.now(), cpuSeconds()];
  index = openIndex(data);
  readSeries(index, question);
  const [wall, used] = [(performance.now() - again) / 1000, cpuSeconds() - cpuAgain];
  console.log(`${"ours, ever after: all 40 curves from the index".padEnd(76)} ${times(wall, used)}`);
  index.close();
}

const times = (wall: number, cpu: number): string => `${wall.toFixed(2)} s (cpu ${cpu.toFixed(2)})`.padStart(20);

function say(what: string, { seconds, cpuSeconds, bytes, points, largest }: Loaded): void {
  const spike = largest === SPIKE.value ? "spike kept" : "spike LOST";
  const memory = `${Math.round(bytes / 2 ** 20)} MB`.padStart(8);
  console.log(
    `${what.padEnd(76)} ${times(seconds, cpuSeconds)} ${memory} ${String(points).padStart(7)} points, ${spike}`,
  );
}
