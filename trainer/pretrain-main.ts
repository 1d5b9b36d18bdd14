/**
 * Entry of `secondlook pretrain`: `node trainer/pretrain-main.ts [--output DIR] [--work DIR] [--seed N] [--steps N] …`.
 * Exit codes: 0 done, 1 failed, 2 wrong usage, 3 stopped before its end (the same command goes on).
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openEngine } from "../native/index.ts";
import { pretrain } from "./pretraining/pretrain.ts";
import { PRETRAINING } from "./samplepack/pretraining.ts";

const USAGE = `Usage: secondlook pretrain [options]
Makes the base model from random weights with our own engine. Stop it with Ctrl-C; the same command goes on.

  --output DIR        where the finished model goes (default: resources/base-model)
  --work DIR          where checkpoints are kept (default: .secondlook/pretrain)
  --seed N            default 1
  --steps N           updates (default ${PRETRAINING.steps})
  --rows N            rows an update (default ${PRETRAINING.rowsPerStep})
  --threads N         default: physical cores
  --check-every N     updates between two checks of accuracy (default 250)
  --check-rows N      rows of a check (default 96)
  --checkpoint-every N  default 100
`;

const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
};

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  let values: Partial<Record<string, string | boolean>>;
  try {
    ({ values } = parseArgs({
      options: {
        output: text,
        work: text,
        seed: text,
        steps: text,
        rows: text,
        threads: text,
        "check-every": text,
        "check-rows": text,
        "checkpoint-every": text,
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  if (values["help"] === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const number = (name: string, otherwise: number): number => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`--${name} must be a whole number, not ${String(values[name])}.`);
    return value;
  };
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const seed = number("seed", 1);
  const threads = number("threads", 0);
  const engine = await openEngine({ device: "auto", seed, determinism: 1, ...(threads > 0 ? { threads } : {}) });
  try {
    const done = await pretrain({
      engine,
      output: resolve(String(values["output"] ?? "resources/base-model")),
      workFolder: resolve(String(values["work"] ?? ".secondlook/pretrain")),
      seed,
      steps: number("steps", PRETRAINING.steps),
      rowsPerStep: number("rows", PRETRAINING.rowsPerStep),
      checkEvery: number("check-every", 250),
      checkRows: number("check-rows", 96),
      checkpointEvery: number("checkpoint-every", 100),
      signal: stop.signal,
      say,
    });
    return done ? 0 : 3;
  } finally {
    engine.dispose();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say((error as Error).message);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
