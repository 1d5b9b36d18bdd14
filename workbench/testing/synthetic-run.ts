/**
 * A run that never trained: its journal, token blocks, frames and videos look like those of Video-R1's recipe, so that
 * store, service and window can be built and tested without an engine.
 *
 *     node workbench/testing/synthetic-run.ts DATA_FOLDER [--steps 120] [--live] [--runs 1] [--seed 1]
 */
import { hostname } from "node:os";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { EventOf } from "../../contract/journal.ts";
import { DATA_FOLDER, RUN_FOLDER, type Lease, type RunConfigFile } from "../../contract/run-folder.ts";
import { RandomStream } from "../../science/rng.ts";
import { processStart } from "../runs/alive.ts";
import { JournalWriter } from "./journal-writer.ts";
import { makeSyntheticClips, type SyntheticClip } from "./synthetic-clips.ts";
import { writeSyntheticGroups } from "./synthetic-groups.ts";

export interface SyntheticRunOptions {
  readonly dataFolder: string;
  readonly id: string;
  /** SFT takes the first third. */
  readonly steps: number;
  readonly seed: number;
  /** First event's time, milliseconds since 1970. */
  readonly startTime: number;
  /** Prompts a step; each has an ordered and a shuffled group. 0 leaves rollouts out. */
  readonly prompts: number;
  /** False leaves the video files out, which take ffmpeg and a second. */
  readonly videos?: boolean;
}

/** One run being written, step after step. */
export class SyntheticRun {
  readonly folder: string;
  readonly #options: SyntheticRunOptions;
  readonly #journal: JournalWriter;
  readonly #clips: readonly SyntheticClip[];
  readonly #sftSteps: number;
  #step = 0;
  #time: number;

  constructor(options: SyntheticRunOptions) {
    this.#options = options;
    this.folder = join(options.dataFolder, DATA_FOLDER.runs, options.id);
    this.#clips = options.prompts > 0 ? makeSyntheticClips(options.dataFolder, 8, options.videos ?? true) : [];
    this.#sftSteps = Math.floor(options.steps / 3);
    this.#time = options.startTime;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const config: RunConfigFile = {
      id: options.id,
      name: `Synthetic ${options.id}`,
      recipe: "video-r1",
      preset: "tiny",
      seed: options.seed,
      overrides: {},
      model: "resources/base-model",
      data: { train: "train.json", mediaRoot: join(options.dataFolder, "synthetic-media") },
      createdAt: options.startTime,
    };
    writeFileSync(join(this.folder, RUN_FOLDER.config), JSON.stringify(config, null, 2));
    this.#journal = new JournalWriter(this.folder);
    this.#start();
  }

  #start(): void {
    const { id, steps, seed } = this.#options;
    this.#journal.write(
      {
        type: "run_started",
        run: id,
        name: `Synthetic ${id}`,
        recipe: "video-r1",
        preset: "tiny",
        seed,
        config: { groupSize: 8, shuffledGroupSize: 4, beta: 0.02, learningRate: 2e-4, temperature: 1, frames: 8 },
        model: { directory: "resources/base-model", parameters: 1_330_000 },
        totalSteps: steps,
        stages: [
          { name: "sft", kind: "sft", steps: this.#sftSteps },
          { name: "rl", kind: "grpo", steps: steps - this.#sftSteps },
        ],
        engine: { device: "cpu", threads: 2, instructionSet: "avx512", version: "synthetic" },
        host: { name: hostname(), pid: process.pid, node: process.version },
      },
      this.#time,
    );
    this.#phase("training", "sft");
    this.#evaluate("initial", 0.26, 0.25, 0.31);
    this.#journal.write(
      {
        type: "data_error",
        file: "train.json",
        place: "row 17",
        reason: 'The video "clips/000017.mp4" ends before its first frame.',
        remedy: "Encode the file again or remove the row.",
      },
      this.#time,
    );
    this.#journal.flush();
  }

  #phase(phase: EventOf<"phase">["phase"], stage: string | null): void {
    this.#journal.write({ type: "phase", phase, stage, step: this.#step }, this.#time);
  }

  #evaluate(label: string, accuracy: number, shuffled: number, formatRate: number): void {
    const spread = 0.045;
    const tasks = ["direction", "count", "color-after", "end-position"];
    for (const split of ["validation", "heldout"] as const) {
      this.#journal.write(
        {
          type: "evaluation",
          step: this.#step,
          label,
          split,
          n: split === "heldout" ? 416 : 128,
          accuracy,
          accuracyShuffled: shuffled,
          temporal: { n: 200, ordered: accuracy + 0.02, shuffled: shuffled - 0.04 },
          formatRate,
          meanLength: 21.5,
          byTask: Object.fromEntries(tasks.map((task, i) => [task, { n: 104, accuracy: accuracy + (i - 1.5) * 0.06 }])),
          interval: [accuracy - spread, accuracy + spread],
          protocol: { decoding: "greedy", frames: 8, seed: 1 },
        },
        this.#time,
      );
    }
  }

  /** Writes one step; false when the run is over (its `run_ended` is written then). */
  step(secondsPerStep = 0.8): boolean {
    if (this.#step >= this.#options.steps) return this.#end();
    this.#step++;
    this.#time += secondsPerStep * 1000;
    const random = new RandomStream("synthetic", this.#options.seed, this.#step);
    const inSft = this.#step <= this.#sftSteps;
    const stageStep = inSft ? this.#step : this.#step - this.#sftSteps;
    const progress = stageStep / (inSft ? this.#sftSteps : this.#options.steps - this.#sftSteps);
    const metrics = inSft ? sftMetrics(progress, random) : rlMetrics(progress, random);
    if (!inSft && this.#clips.length > 0) {
      const place = { step: this.#step, progress, time: this.#time };
      writeSyntheticGroups(this.#journal, place, this.#clips, this.#options.prompts, random);
    }
    this.#journal.write(
      {
        type: "step",
        step: this.#step,
        stage: inSft ? "sft" : "rl",
        stageStep,
        metrics,
        timings: inSft
          ? { data: 6, vision: 60, update: 380 }
          : { data: 6, vision: 90, rollout: 340 + random.uniform() * 60, reward: 1, reference: 70, update: 320 },
        memory: { weights: 5_320_000, optimizer: 10_640_000, activations: 48_000_000, peak: 96_000_000 },
      },
      this.#time,
    );
    if (this.#step === this.#sftSteps) this.#finishSft();
    this.#journal.flush();
    return true;
  }

  #finishSft(): void {
    const path = `checkpoints/step-${this.#step}`;
    this.#phase("checkpointing", "sft");
    this.#journal.write({ type: "checkpoint", step: this.#step, path, kind: "full", label: "sft" }, this.#time);
    this.#phase("evaluating", "sft");
    this.#evaluate("sft", 0.58, 0.36, 0.97);
    this.#phase("training", "rl");
  }

  #end(): boolean {
    this.#phase("evaluating", "rl");
    this.#evaluate("rl", 0.66, 0.37, 0.99);
    const path = `checkpoints/step-${this.#step}`;
    this.#journal.write({ type: "checkpoint", step: this.#step, path, kind: "full", label: "rl" }, this.#time);
    const reason = "All stages are done.";
    this.#journal.write({ type: "run_ended", status: "completed", step: this.#step, reason }, this.#time);
    this.#journal.flush();
    return false;
  }

  /** Marks this process as the run's writer, as a live worker does. */
  holdLease(): void {
    const lease: Lease = {
      host: hostname(),
      pid: process.pid,
      processStart: processStart(process.pid) ?? 0,
      attempt: 1,
    };
    writeFileSync(join(this.folder, RUN_FOLDER.lease), JSON.stringify(lease));
  }

  releaseLease(): void {
    rmSync(join(this.folder, RUN_FOLDER.lease), { force: true });
  }
}

function sftMetrics(progress: number, random: RandomStream): Record<string, number> {
  const spike = random.uniform() < 0.02 ? 1.4 : 0;
  return {
    loss: 2.6 * Math.exp(-3.2 * progress) + 0.38 + 0.05 * random.normal() + spike,
    grad_norm: 0.6 + 0.9 * Math.exp(-2 * progress) + 0.06 * random.normal() + spike * 3,
    learning_rate: 1.5e-3 * Math.min(1, progress * 8),
    num_tokens: 900,
    entropy: 1.9 * Math.exp(-2.5 * progress) + 0.3,
    "tokens_per_second/train": 5200 + 200 * random.normal(),
  };
}

function rlMetrics(progress: number, random: RandomStream): Record<string, number> {
  const p = 0.5 + 0.22 * progress + 0.04 * random.normal();
  const pShuffled = 0.36 + 0.03 * progress + 0.05 * random.normal();
  const format = Math.min(1, 0.96 + 0.03 * progress + 0.01 * random.normal());
  const temporal = 0.3 * p * (p >= 0.8 * pShuffled ? 1 : 0);
  const length = 20 + 3 * progress + random.normal();
  return {
    loss: 0.002 * random.normal() + 0.004 * progress,
    reward: p + format + temporal,
    reward_std: 0.5 - 0.14 * progress + 0.03 * random.normal(),
    "rewards/accuracy/mean": p,
    "rewards/format/mean": format,
    "rewards/temporal/mean": temporal,
    "rewards/length/mean": 0,
    "accuracy/ordered": p,
    "accuracy/shuffled": pShuffled,
    kl: 0.09 * progress + 0.006 * Math.abs(random.normal()),
    entropy: 0.5 - 0.2 * progress + 0.02 * random.normal(),
    grad_norm: 0.4 + 0.08 * random.normal() + (random.uniform() < 0.02 ? 2.5 : 0),
    learning_rate: 2e-4 * Math.cos((progress * Math.PI) / 2),
    num_tokens: Math.round(length * 128),
    frac_reward_zero_std: Math.min(1, 0.3 + 0.25 * progress + 0.06 * random.normal()),
    "completions/mean_length": length,
    "completions/clipped_ratio": Math.max(0, 0.02 + 0.01 * random.normal()),
    "tokens_per_second/rollout": 3100 + 150 * random.normal(),
    "tokens_per_second/train": 4800 + 150 * random.normal(),
  };
}

/** Writes whole runs; with `live` the last one grows by a step each half second and holds its lease. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      steps: { type: "string", default: "120" },
      runs: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      prompts: { type: "string", default: "4" },
      live: { type: "boolean", default: false },
    },
  });
  const dataFolder = positionals[0];
  if (!dataFolder) throw new Error("Usage: node workbench/testing/synthetic-run.ts DATA_FOLDER [--steps N] [--live]");
  const count = Number(values.runs);
  for (let index = 0; index < count; index++) {
    const live = values.live && index === count - 1;
    const steps = Number(values.steps);
    const now = Date.now();
    const run = new SyntheticRun({
      dataFolder,
      id: `synthetic-${new Date(now).toISOString().replace(/\D/g, "").slice(0, 14)}-${index}`,
      steps,
      seed: Number(values.seed) + index,
      startTime: live ? now : now - (count - index) * 3_600_000,
      prompts: Number(values.prompts),
    });
    console.log(run.folder);
    if (live) await writeLive(run);
    else while (run.step());
  }
}

async function writeLive(run: SyntheticRun): Promise<void> {
  run.holdLease();
  const leave = (): never => {
    run.releaseLease();
    process.exit(0);
  };
  process.on("SIGINT", leave);
  process.on("SIGTERM", leave);
  do await new Promise((wake) => setTimeout(wake, 500));
  while (run.step(0.5));
  run.releaseLease();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
