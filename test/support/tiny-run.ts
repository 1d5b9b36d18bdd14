/** Tiny runs for tests: a random model, a few clips of the sample pack, seconds of training in a worker of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openEngine } from "../../native/index.ts";
import { makeStart } from "../../trainer/pretraining/pretrain.ts";
import { makePack } from "../../trainer/samplepack/pack.ts";
import { readJournal } from "./processes.ts";

export const TINY_OVERRIDES = {
  "vision.minPixels": 84 * 84,
  "vision.maxPixels": 84 * 84,
  "sft.steps": 5,
  "sft.batchSize": 4,
  "rl.steps": 5,
  "rl.promptsPerStep": 2,
  "rl.groupSize": 4,
  "rl.shuffledGroupSize": 2,
  "sampling.maxTokens": 16,
  "evaluation.every": 3,
  "evaluation.items": 4,
  "evaluation.maxTokens": 16,
  "checkpoint.every": 2,
} as const;

/** A data folder with a random base model and a pack of a few clips. */
export async function makeTinyWorld(folder: string): Promise<{ model: string; pack: string }> {
  const model = join(folder, "model");
  const pack = join(folder, "sample-pack");
  const engine = await openEngine({ threads: 1, seed: 1 });
  await makeStart(engine, model, 1);
  engine.dispose();
  await makePack(pack, { train: 6, traced: 4, validation: 2, heldOut: 2, heldOutUnseen: 0 }, () => undefined);
  return { model, pack };
}

/** Writes a run folder; returns its path. */
export function makeRun(
  folder: string,
  world: { model: string; pack: string },
  id: string,
  overrides: Record<string, unknown> = {},
  data: Record<string, string> = {},
  more: Record<string, unknown> = {},
): string {
  const run = join(folder, "runs", id);
  mkdirSync(run, { recursive: true });
  const file = (name: string): string => join(world.pack, name);
  const config = {
    id,
    name: id,
    recipe: "video-r1",
    preset: "tiny",
    seed: 7,
    overrides: { ...TINY_OVERRIDES, ...overrides },
    model: world.model,
    data: {
      train: file("train.json"),
      sft: file("sft.json"),
      validation: file("validation.json"),
      mediaRoot: world.pack,
      ...data,
    },
    createdAt: 0,
    ...more,
  };
  writeFileSync(join(run, "run.json"), JSON.stringify(config));
  return run;
}

export interface RunningWorker {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

/** `nodeOptions` come before the script; `shell` runs before the worker in its process, for limits (`ulimit`). */
export function startWorker(
  run: string,
  nodeOptions: readonly string[] = [],
  shell?: string,
  environment: Readonly<Record<string, string>> = {},
): RunningWorker {
  const worker = [process.execPath, ...nodeOptions, resolve("trainer/worker.ts"), run];
  const [command, ...args] = shell === undefined ? worker : ["/bin/sh", "-c", `${shell} && exec "$0" "$@"`, ...worker];
  const child = spawn(command!, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SECONDLOOK_THREADS: "1", ...environment },
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  return { child, ended, output: () => Buffer.concat(chunks).toString("utf8") };
}

type Event = Record<string, unknown> & { type: string; step?: number };

const OUTCOMES = new Set(["step", "group", "rollout", "evaluation", "evaluation_item", "preference_pair", "verdicts"]);
const CLOCKS = new Set(["tokens_per_second", "sampling/tokens_per_second"]);

/**
 * What a run found, without clocks: events of superseded steps are left out, token offsets give way to the bytes
 * themselves. Two runs that did the same give the same text.
 */
export function outcomeOf(run: string): string[] {
  const tokens = readFileSync(join(run, "tokens.0.bin"));
  let events: Event[] = [];
  for (const event of readJournal(join(run, "journal.0.ndjson")) as Event[]) {
    if (event.type === "resume") events = events.filter((old) => (old.step ?? 0) <= (event["fromStep"] as number));
    else if (OUTCOMES.has(event.type)) events.push(event);
  }
  return events.map((event) => {
    const { v: _v, attempt: _attempt, seq: _seq, time: _time, timings: _timings, memory: _memory, ...kept } = event;
    if (kept["metrics"] !== undefined) {
      kept["metrics"] = Object.fromEntries(
        Object.entries(kept["metrics"] as object).filter(([name]) => !CLOCKS.has(name)),
      );
    }
    if (kept["tokens"] !== undefined) {
      const { offset, bytes } = kept["tokens"] as { offset: number; bytes: number };
      kept["tokens"] = tokens.subarray(offset, offset + bytes).toString("hex");
    }
    return JSON.stringify(kept);
  });
}

/** sha256 of the weights that a run ended with. */
export function finalWeights(run: string, checkpoint: string): string {
  const path = join(run, "checkpoints", checkpoint, "model", "model.safetensors");
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
