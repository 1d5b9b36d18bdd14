/** Trains what is missing, several runs at a time, and says how far it is. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { RunFollower } from "../../workbench/runs/follow.ts";
import { createRun, startWorker } from "../../workbench/runs/launch.ts";
import { livingLease, processStart } from "../../workbench/runs/alive.ts";
import { duration, ProgressLine } from "../../workbench/terminal.ts";
import { TIME_REFERENCE, type Arm } from "./arms.ts";
import { readRun } from "./journal.ts";
import { configurationOf, endOf, runFor } from "./plan.ts";

export interface Work {
  readonly data: string;
  readonly seeds: readonly number[];
  readonly arms: readonly Arm[];
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly quick: boolean;
  /** Runs at a time. */
  readonly parallel: number;
}

export interface Done {
  readonly arm: string;
  readonly seed: number;
  /** Run id, or why there is none. */
  readonly run: string | null;
  readonly reason: string | null;
}

/** One of each arm and seed, in this order; a run that failed does not stop the others. */
export async function workOff(work: Work): Promise<Done[]> {
  const { data, seeds, arms, overrides, quick, parallel } = work;
  const line = new ProgressLine();
  const slots = new Slots(parallel);
  const running = new Map<string, string>();
  const started = Date.now();
  const all = seeds.length * arms.length;
  let [finished, trained] = [0, 0];
  const show = (): void => line.show([...running.values()].join(" | "));
  const jobs = new Map<string, Promise<string>>();

  const train = async (arm: Arm, seed: number): Promise<string> => {
    const needed = await Promise.all(arm.needs.map((name) => jobs.get(`${name}/${seed}`)!));
    return slots.use(seeds.indexOf(seed) * arms.length + arms.indexOf(arm), async () => {
      const branch = arm.from === "sft" ? await sftCheckpoint(data, needed[0]!) : undefined;
      const sftSteps = arm.needs.includes(TIME_REFERENCE) ? await stepsForTheTime(data, needed[0]!, needed[1]!) : null;
      const wanted = {
        arm,
        seed,
        overrides,
        ...(sftSteps === null ? {} : { sftSteps }),
        ...(branch === undefined ? {} : { branchFrom: branch }),
      };
      const title = `${arm.title}, seed ${seed}`;
      const config = configurationOf(data, wanted, quick);
      const known = runFor(data, config);
      const complete = known !== undefined && endOf(data, known.id) === "completed";
      const run = known ?? createRun(data, config);
      if (!complete) {
        await follow(data, run.id, (progress) => {
          running.set(title, `${title}: ${progress}`);
          show();
        });
        trained++;
      }
      running.delete(title);
      finished++;
      const rate = (Date.now() - started) / 1000 / Math.max(1, trained);
      const left = trained === 0 ? "" : `, about ${duration(rate * (all - finished))} left`;
      line.say(`${finished} of ${all} · ${title}${complete ? " (was there)" : ""} · ${run.id}${left}`);
      return run.id;
    });
  };

  for (const seed of seeds) for (const arm of arms) jobs.set(`${arm.id}/${seed}`, train(arm, seed));
  const ended = await Promise.allSettled(jobs.values());
  return [...jobs.keys()].map((key, index) => {
    const [arm, seed] = key.split("/") as [string, string];
    const end = ended[index]!;
    const reason = end.status === "rejected" ? (end.reason as Error).message : null;
    return { arm, seed: Number(seed), run: end.status === "fulfilled" ? end.value : null, reason };
  });
}

/** Starts or resumes the run's worker and waits for its end. @throws with the end of its log when it failed. */
async function follow(data: string, run: string, progress: (text: string) => void): Promise<void> {
  const follower = new RunFollower(data);
  try {
    // Training outlives this command: where it goes on still, it is watched, not started again.
    const worker = livingLease(join(data, "runs", run))?.pid ?? startWorker(data, run);
    for (;;) {
      const alive = processStart(worker) !== null;
      const { step, totalSteps, phase, stage } = follower.summary(run);
      progress(`${stage ?? phase} ${step}/${totalSteps}${phase === "evaluating" ? " measuring" : ""}`);
      if (!alive) break;
      await delay(1000);
    }
  } finally {
    follower.close();
  }
  if (endOf(data, run) === "completed") return;
  const log = readFileSync(join(data, "runs", run, "worker.log"), "utf8")
    .trim()
    .split("\n")
    .slice(-3)
    .join(" ");
  throw new Error(`run ${run} ended before its time: ${log}`);
}

async function sftCheckpoint(data: string, run: string): Promise<{ run: string; checkpoint: string }> {
  const { checkpoints } = await readRun(data, run);
  const checkpoint = checkpoints.findLast(({ label }) => label === "sft");
  if (checkpoint === undefined) throw new Error(`Run ${run} left no SFT checkpoint to go on from.`);
  return { run, checkpoint: checkpoint.path };
}

/** Updates of SFT that take as many seconds as the other run's updates took. */
async function stepsForTheTime(data: string, sft: string, other: string): Promise<number> {
  const [own, reference] = await Promise.all([readRun(data, sft), readRun(data, other)]);
  return Math.max(1, Math.round(reference.updateSeconds / (own.updateSeconds / own.steps)));
}

/** So many at a time; of those that wait, the one with the lowest rank goes first: one seed is whole before the next. */
class Slots {
  #free: number;
  readonly #waiting: { readonly rank: number; readonly go: () => void }[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<Result>(rank: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push({ rank, go }));
    try {
      return await work();
    } finally {
      void this.#release();
    }
  }

  async #release(): Promise<void> {
    // What the end of this one made possible asks for its slot in the next moment.
    await delay(0);
    this.#waiting.sort((left, right) => left.rank - right.rank);
    const next = this.#waiting.shift();
    if (next) next.go();
    else this.#free++;
  }
}
