/** What the launch form asks, dry runs and the queue. */
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { LaunchRequest, LaunchResults } from "../../../contract/methods.ts";
import { askDevices } from "../../devices.ts";
import { datasetFiles } from "../../library/datasets.ts";
import type { Db } from "../../store/databases.ts";
import { checkData } from "../../library/data-check.ts";
import { addMediaRoot } from "../../library/media-roots.ts";
import { checkModel } from "../../library/model-check.ts";
import { discardDryRun, dryRunFrom, isDryRunId } from "../../runs/dry-run.ts";
import { earlierStages } from "../../runs/earlier.ts";
import { createRun, placesOf, readRunConfig, startWorker, type NewRun } from "../../runs/launch.ts";
import { BASE_MODEL, newRunFrom, samplePackData } from "../../runs/new-run.ts";
import { removeRunFolder } from "../../runs/remove.ts";
import type { HandlersOf, MethodContext } from "./context.ts";
import { MethodFailure } from "./context.ts";

export const launchMethods: HandlersOf<keyof LaunchResults> = {
  "launch.model": (_context, { directory }) => checkModel(directory === "" ? BASE_MODEL : directory),
  "launch.data": ({ data, user }, { datasets, ...input }) =>
    checkData({ ...(datasets ? datasetFiles(user, datasets) : (input.data ?? samplePackData(data))) }),
  "launch.earlier": ({ database }) => earlierStages(database),
  "launch.again": ({ data }, { run }) => {
    const again = readRunConfig(data, run);
    if (again.recipeFolder !== undefined) {
      const message = `The recipe of run ${run} lies outside the program, in ${again.recipeFolder}.`;
      const remedy = `Launch it with "secondlook train ${again.recipe} --recipe-folder ${again.recipeFolder}".`;
      throw new MethodFailure("BAD_REQUEST", message, remedy);
    }
    const { recipe, preset, name, seed, overrides, model, device, processes, branchFrom, ...config } = again;
    // Own files may be some of the pack's.
    const isPack = isDeepStrictEqual({ ...config.data }, { ...samplePackData(data) });
    return {
      recipe,
      preset,
      name,
      seed,
      overrides: { ...overrides },
      ...(model === BASE_MODEL ? {} : { model }),
      ...(isPack ? {} : { data: { ...config.data } }),
      ...(device === undefined ? {} : { device }),
      ...(processes === undefined ? {} : { processes }),
      ...(branchFrom === undefined ? {} : { branchFrom }),
    };
  },
  "launch.dryRun": ({ data, user, queue }, input) => {
    const run = createRun(data, dryRunFrom(data, withDatasets(user, input)));
    startWorker(data, run.id);
    queue.noteStart(run.id);
    return { run: run.id };
  },
  "launch.discard": async (context, { run }) => {
    if (!isDryRunId(run)) {
      throw new MethodFailure("CONFLICT", `Run ${run} is no dry run.`, "Delete it under System.");
    }
    await discardDryRun(context.data, run);
    forget(context, run);
    return { run };
  },
  "queue.list": ({ queue, alive }) => queue.list(alive()),
  "queue.add": (context, input) => {
    const run = createRun(context.data, newRunOf(context, input));
    context.queue.add(run.id);
    context.changed(run.id);
    return { run: run.id };
  },
  "queue.move": (context, { run, position }) => {
    waiting(context, run);
    context.queue.move(run, position);
    context.changed(run);
    return { run };
  },
  "queue.remove": (context, { run }) => {
    waiting(context, run);
    context.queue.remove(run);
    removeRunFolder(context.data, run);
    forget(context, run);
    return { run };
  },
  "devices.list": async ({ data, alive }) => {
    const devices = await askDevices();
    const first = devices[0]!.id;
    const busy = new Map(alive().flatMap((run) => devicesOf(data, run, first).map((device) => [device, run])));
    return devices.map((device) => ({ ...device, busyWith: busy.get(device.id) ?? null }));
  },
};

/** Datasets by name become their files. */
function withDatasets(user: Db, { datasets, ...request }: LaunchRequest): LaunchRequest {
  return datasets ? { ...request, data: datasetFiles(user, datasets) } : request;
}

/** @throws as `newRunFrom`. */
export function newRunOf({ data, user }: MethodContext, request: LaunchRequest): NewRun {
  const run = newRunFrom(data, withDatasets(user, request));
  addMediaRoot(user, resolve(run.data.mediaRoot));
  return run;
}

function waiting({ queue }: MethodContext, run: string): void {
  if (queue.has(run)) return;
  throw new MethodFailure("CONFLICT", `Run ${run} does not wait in the queue.`, "It may have started meanwhile.");
}

/** After the folder is gone. */
export function forget(context: MethodContext, run: string): void {
  context.ingest.forget(run);
  context.marks.forget(run);
  context.changed(run);
}

/** `auto` is what the machine has first: a GPU where there is one. */
function devicesOf(data: string, run: string, first: string): string[] {
  return placesOf(readRunConfig(data, run)).map((device) => (device === "auto" ? first : device));
}
