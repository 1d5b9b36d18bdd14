/** Runs: list, launch, control, and what a run said. */
import { controlCommandSchema } from "../../../contract/control.ts";
import type { RunPageResults, RunResults, RunSummary } from "../../../contract/methods.ts";
import { runFolder } from "../../data-folder.ts";
import { livingLease } from "../../runs/alive.ts";
import { createRun, readRunConfig, sendControl, startWorker } from "../../runs/launch.ts";
import { pageOfRuns } from "../../runs/page.ts";
import { describe, listEvents } from "../../runs/summaries.ts";
import { withFacts } from "../../runs/summary-cache.ts";
import { readSeries } from "../../store/series.ts";
import type { HandlersOf, MethodContext } from "./context.ts";
import { MethodFailure } from "./context.ts";
import { newRunOf } from "./launch.ts";

/** Summaries of all runs but rehearsals. */
export function allRuns({ known, summaries }: MethodContext): RunSummary[] {
  return summaries.all(known()).filter(({ dry }) => !dry);
}

export const runMethods: HandlersOf<keyof RunResults | keyof RunPageResults> = {
  "runs.list": (context) => allRuns(context).sort((left, right) => right.createdAt - left.createdAt),
  "runs.page": (context, question) => pageOfRuns(allRuns(context), question, context.settings),
  "runs.mark": (context, { runs, addTags = [], tags, name, note, archived }) => {
    for (const run of runs) {
      readRunConfig(context.data, run);
      const before = context.marks.get(run);
      context.marks.set(run, {
        tags: [...(tags ?? before.tags), ...addTags],
        ...(name === undefined ? {} : { name: name?.trim() || null }),
        ...(note === undefined ? {} : { note }),
        ...(archived === undefined ? {} : { archived }),
      });
      context.changed(run);
    }
    return { runs };
  },
  "runs.get": ({ data, database, summaries }, { run }) => {
    const detail = describe(database, data, run);
    if (!detail) throw new MethodFailure("NOT_FOUND", `There is no run "${run}".`, "Open the list of runs.");
    return withFacts({ ...detail, alerts: summaries.get(run)?.alerts ?? [] }, summaries.facts);
  },
  "runs.launch": (context, input) => {
    const run = createRun(context.data, newRunOf(context, input));
    startWorker(context.data, run.id);
    context.queue.noteStart(run.id);
    return { run: run.id };
  },
  "runs.resume": ({ data, queue }, { run }) => {
    readRunConfig(data, run);
    queue.remove(run);
    if (livingLease(runFolder(data, run))) {
      throw new MethodFailure("CONFLICT", `Run ${run} is being trained already.`, "Watch it, or stop it first.");
    }
    startWorker(data, run);
    queue.noteStart(run);
    return { run };
  },
  "runs.control": ({ data }, { run, command }) => {
    if (!livingLease(runFolder(data, run))) {
      throw new MethodFailure("CONFLICT", `No process trains run ${run} now.`, "Resume the run first.");
    }
    const checked = controlCommandSchema.safeParse({ ...command, id: "checked" });
    if (!checked.success) {
      throw new MethodFailure("BAD_REQUEST", `This is no command: ${checked.error.message}`, "Reload the page.");
    }
    return { id: sendControl(data, run, command) };
  },
  "series.get": ({ database }, input) => readSeries(database, input),
  "evaluations.list": ({ database }, { run }) => listEvents(database, run, "evaluation"),
  "notices.list": ({ database }, { run }) => listEvents(database, run, "notice"),
  "errors.list": ({ database }, { run }) => listEvents(database, run, "data_error"),
};
