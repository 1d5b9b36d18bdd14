/** A spot check of a run: rollouts picked at random among those whose policy was saved, each generated again. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER, RUN_FOLDER } from "../../contract/run-folder.ts";
import type { RandomReplayResult, SessionInput } from "../../contract/session.ts";
import { RandomStream } from "../../science/rng.ts";
import type { Call } from "./line-server.ts";
import { prepareReplay, type PreparedReplay } from "./replay-plan.ts";
import { replayStep } from "./replay.ts";

/** @throws RangeError when no policy was saved that sampled rollouts. */
export async function replayRandom(
  dataFolder: string,
  { run, count, seed }: SessionInput<"replayRandom">,
  call: Call,
): Promise<RandomReplayResult> {
  const started = performance.now();
  const prepared = await savedSteps(dataFolder, run);
  const all = prepared.flatMap((step) => step.logged.rollouts.map(({ event }) => ({ step, event })));
  if (all.length === 0) {
    throw new RangeError(`Run ${run} has no rollout whose policy was saved: replay one of them by its name instead.`);
  }
  const order = new RandomStream("replay", run, seed).permutation(all.length);
  const picked = order.slice(0, count).map((place) => all[place]!);
  const different: string[] = [];
  const steps = prepared.filter((step) => picked.some((one) => one.step === step));
  for (const step of steps) {
    const { differences } = await replayStep(step, call);
    for (const { event } of picked.filter((one) => one.step === step)) {
      const name = `${event.group}/${event.index}`;
      if (differences.get(name) !== null) different.push(name);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  return { run, rollouts: picked.length, steps: steps.map(({ cost }) => cost.step), different, seconds };
}

/** The step after each checkpoint, where it belongs to RL: its rollouts were sampled by that checkpoint. */
async function savedSteps(dataFolder: string, run: string): Promise<PreparedReplay[]> {
  const folder = join(dataFolder, DATA_FOLDER.runs, run, RUN_FOLDER.checkpoints);
  if (!existsSync(folder)) {
    throw new RangeError(`There is no run "${run}" with checkpoints in ${dataFolder}; "secondlook runs" lists them.`);
  }
  const steps = readdirSync(folder).flatMap((name) => /^step-(\d+)/.exec(name)?.[1] ?? []);
  const prepared: PreparedReplay[] = [];
  for (const step of [...new Set(steps.map(Number))].sort((a, b) => a - b)) {
    try {
      const one = await prepareReplay(dataFolder, run, step + 1);
      if (one.cost.updates === 0) prepared.push(one);
    } catch (error) {
      // The step after it has no rollouts: SFT, or the run's end.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return prepared;
}
