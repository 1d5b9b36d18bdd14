/** Trains what is missing, several runs at a time, and says how far it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DATA_FOLDER, RUN_FOLDER } from "../../contract/run-folder.ts";
import { livingLease, processStart } from "../runs/alive.ts";
import { RunFollower } from "../runs/follow.ts";
import { createRun, startWorker, type NewRun } from "../runs/launch.ts";
import { duration, ProgressLine } from "../terminal.ts";
import { endOf, runFor } from "./find-runs.ts";

/** One run that is wanted. */
export interface Job {
  readonly key: string;
  readonly title: string;
  /** Keys of jobs that must be done first. */
  readonly needs: readonly string[];
  /** What to launch, given the runs of the jobs that it needs, in their order. */
  configuration(needed: readonly string[]): NewRun | Promise<NewRun>;
}

export interface Done {
  readonly key: string;
  /** Run id, or why there is none. */
  readonly run: string | null;
  readonly reason: string | null;
}

/**
 * One run for each job, of those that wait the first of the list first. Complete runs of the same configuration are taken
 * as they are, interrupted ones go on, and a run that failed does not stop the others.
 * @param parallel Runs at a time.
 */
export async function workOff(data: string, jobs: readonly Job[], parallel: number): Promise<Done[]> {
  const line = new ProgressLine();
  const slots = new Slots(parallel);
  const running = new Map<string, string>();
  const started = Date.now();
  let [finished, trained] = [0, 0];
  const show = (): void => line.show([...running.values()].join(" | "));
  const promised = new Map<string, Promise<string>>();

  const train = async ({ needs, title, configuration }: Job, rank: number): Promise<string> => {
    const needed = await Promise.all(needs.map((key) => promised.get(key)!));
    return slots.use(rank, async () => {
      const config = await configuration(needed);
      const known = runFor(data, config);
      const complete = known !== undefined && endOf(data, known.id) === "completed";
      const run = known ?? createRun(data, config);
      if (!complete) {
        try {
          await follow(data, run.id, (progress) => {
            running.set(title, `${title}: ${progress}`);
            show();
          });
        } finally {
          running.delete(title);
        }
        trained++;
      }
      finished++;
      const rate = (Date.now() - started) / 1000 / Math.max(1, trained);
      const left = trained === 0 ? "" : `, about ${duration(rate * (jobs.length - finished))} left`;
      line.say(`${finished} of ${jobs.length} · ${title}${complete ? " (was there)" : ""} · ${run.id}${left}`);
      return run.id;
    });
  };

  jobs.forEach((job, rank) => {
    const own = train(job, rank);
    // Its failure is told below; a job that needs it fails with the same reason.
    own.catch(() => undefined);
    promised.set(job.key, own);
  });
  const ended = await Promise.allSettled(jobs.map(({ key }) => promised.get(key)!));
  return jobs.map(({ key }, index) => {
    const end = ended[index]!;
    const reason = end.status === "rejected" ? (end.reason as Error).message : null;
    return { key, run: end.status === "fulfilled" ? end.value : null, reason };
  });
}

/** Starts or resumes the run's worker and waits for its end. @throws with the end of its log when it failed. */
async function follow(data: string, run: string, progress: (text: string) => void): Promise<void> {
  const follower = new RunFollower(data);
  const folder = join(data, DATA_FOLDER.runs, run);
  try {
    // Training outlives this command: where it goes on still, it is watched, not started again.
    const worker = livingLease(folder)?.pid ?? startWorker(data, run);
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
  const log = readFileSync(join(folder, RUN_FOLDER.log), "utf8").trim().split("\n").slice(-3).join(" ");
  throw new Error(`run ${run} ended before its time: ${log}`);
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
