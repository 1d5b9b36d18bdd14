/** A logged rollout as a question that can be asked again: its medium, its order of frames, and the nearest checkpoint. */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { EventOf } from "../../contract/journal.ts";
import type { RolloutOrigin } from "../../contract/methods.ts";
import { modelsOfRun } from "../evaluations/models.ts";
import { readRunConfig } from "../runs/launch.ts";
import type { Db } from "../store/databases.ts";

/** @throws RangeError when the run has no such rollout. */
export function originOf(data: string, database: Db, run: string, rollout: number): RolloutOrigin {
  const line = database.prepare("SELECT event FROM rollouts WHERE run = ? AND line = ?").pluck().get(run, rollout);
  if (line === undefined)
    throw new RangeError(`Run ${run} has no rollout ${rollout}; open it from the run's rollouts.`);
  const { group: name, index, step, text } = JSON.parse(line as string) as EventOf<"rollout">;
  const found = database
    .prepare("SELECT event FROM groups WHERE run = ? AND name = ? AND superseded = 0")
    .pluck()
    .get(run, name) as string | undefined;
  if (found === undefined) throw new RangeError(`The journal of run ${run} has no group ${name}.`);
  const { media, question, options, answer, problemType, view } = JSON.parse(found) as EventOf<"group">;
  const nearest = modelsOfRun(data, run)
    .map(({ directory, step: at }) => ({ directory, at: at ?? 0 }))
    // Rollouts of step s were sampled by the policy after update s - 1.
    .sort((one, other) => Math.abs(one.at - (step - 1)) - Math.abs(other.at - (step - 1)))[0];
  return {
    run,
    rollout,
    group: name,
    index,
    step,
    view,
    path: media === null ? null : pathOf(data, run, media.path),
    question,
    options,
    answer,
    problemType,
    text,
    order: media?.permutation ?? null,
    model: nearest?.directory ?? null,
    modelStep: nearest?.at ?? null,
  };
}

function pathOf(data: string, run: string, path: string): string | null {
  const full = isAbsolute(path) ? path : join(readRunConfig(data, run).data.mediaRoot, path);
  return existsSync(full) ? full : null;
}
