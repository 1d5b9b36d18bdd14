/** What the window can ask: one entry a method of the contract. Inputs are validated before they get here. */
import { isAbsolute, join } from "node:path";
import { controlCommandSchema } from "../../contract/control.ts";
import type { EventOf } from "../../contract/journal.ts";
import type { GroupView, Method, MethodError, MethodInput, MethodResult } from "../../contract/methods.ts";
import { methodInputs } from "../../contract/methods.ts";
import { RECIPES } from "../../science/recipes/index.ts";
import { runFolder } from "../data-folder.ts";
import { examine } from "../doctor.ts";
import { tokenTexts } from "../library/token-text.ts";
import { createRun, readRunConfig, sendControl, startWorker } from "../runs/launch.ts";
import { newRunFrom } from "../runs/new-run.ts";
import { livingLease } from "../runs/alive.ts";
import type { SummaryCache } from "../runs/summary-cache.ts";
import { describe, listEvents } from "../runs/summaries.ts";
import { auditRun } from "../store/audit.ts";
import type { Db } from "../store/databases.ts";
import type { Ingest } from "../store/ingest.ts";
import { listRolloutSteps, readGroups, readTokens, type StoredGroup } from "../store/rollouts.ts";
import { readSeries } from "../store/series.ts";
import type { MediaSigner } from "./media.ts";

export interface MethodContext {
  readonly data: string;
  readonly database: Db;
  readonly ingest: Ingest;
  readonly media: MediaSigner;
  readonly summaries: SummaryCache;
}

type Handlers = {
  readonly [Name in Method]: (
    context: MethodContext,
    input: MethodInput<Name>,
  ) => MethodResult<Name> | Promise<MethodResult<Name>>;
};

/** An error that goes to the window as it is. */
export class MethodFailure extends Error {
  readonly error: MethodError;
  constructor(code: MethodError["code"], message: string, remedy: string) {
    super(message);
    this.error = { code, message, remedy };
  }
}

const handlers: Handlers = {
  "runs.list": ({ ingest, summaries }) =>
    ingest
      .runFolders()
      .map((run) => summaries.get(run))
      .filter((run) => run !== null)
      .sort((left, right) => right.createdAt - left.createdAt),
  "runs.get": ({ data, database }, { run }) => {
    const detail = describe(database, data, run);
    if (!detail) throw new MethodFailure("NOT_FOUND", `There is no run "${run}".`, "Open the list of runs.");
    return detail;
  },
  "runs.launch": ({ data }, input) => {
    const run = createRun(data, newRunFrom(data, input));
    startWorker(data, run.id);
    return { run: run.id };
  },
  "runs.resume": ({ data }, { run }) => {
    readRunConfig(data, run);
    if (livingLease(runFolder(data, run))) {
      throw new MethodFailure("CONFLICT", `Run ${run} is being trained already.`, "Watch it, or stop it first.");
    }
    startWorker(data, run);
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
  "rollouts.steps": ({ database }, { run }) => listRolloutSteps(database, run),
  "rollouts.groups": (context, { run, step }) => {
    const root = mediaRoot(context.data, run);
    return readGroups(context.database, run, step).map((group) => withAddresses(context.media, root, group));
  },
  "rollouts.tokens": ({ data, database }, { run, rollout }) => {
    const { ids, channels } = readTokens(database, runFolder(data, run), run, rollout);
    const started = describe(database, data, run);
    const list = [...ids];
    return {
      ids: list,
      tokens: tokenTexts(started?.model?.directory ?? "", list),
      channels: Object.fromEntries(Object.entries(channels).map(([name, values]) => [name, [...values]])),
    };
  },
  "recipes.list": () =>
    RECIPES.map(({ id, title, paper, summary, presets }) => ({
      id,
      title,
      paper: paper.arxiv,
      summary,
      presets: Object.keys(presets),
    })),
  "system.doctor": async ({ data }) => (await examine(data)).checks,
  "system.audit": ({ data, database }, { run }) => auditRun(database, data, run),
};

function mediaRoot(data: string, run: string): string {
  try {
    return readRunConfig(data, run).data.mediaRoot;
  } catch {
    return "";
  }
}

function withAddresses(signer: MediaSigner, root: string, { event, rollouts }: StoredGroup): GroupView {
  const { v: _v, attempt: _attempt, seq: _seq, time: _time, type: _type, promptHash: _hash, media, ...group } = event;
  return { ...group, rollouts, media: media && signMedia(signer, root, media) };
}

function signMedia(
  signer: MediaSigner,
  root: string,
  media: NonNullable<EventOf<"group">["media"]>,
): NonNullable<GroupView["media"]> {
  const path = isAbsolute(media.path) ? media.path : join(root, media.path);
  return {
    ...media,
    frameUrls: media.frames.map((frame) => signer.frame(frame.hash)),
    videoUrl: media.kind === "video" ? signer.file(path, root) : null,
  };
}

/** Validates, calls, and turns whatever goes wrong into a contract error. */
export async function answer(
  context: MethodContext,
  method: string,
  params: unknown,
): Promise<{ result: unknown } | { error: MethodError }> {
  if (!Object.hasOwn(methodInputs, method)) {
    return { error: { code: "BAD_REQUEST", message: `There is no method "${method}".`, remedy: "Reload the page." } };
  }
  const name = method as Method;
  const input = methodInputs[name].safeParse(params);
  if (!input.success) {
    const issue = input.error.issues[0];
    const message = `${method}: ${issue?.path.join(".") ?? "input"}: ${issue?.message ?? "not understood"}.`;
    return { error: { code: "BAD_REQUEST", message, remedy: "Reload the page; if it happens again, report it." } };
  }
  try {
    const handler = handlers[name] as (context: MethodContext, input: unknown) => unknown;
    return { result: await handler(context, input.data) };
  } catch (error) {
    if (error instanceof MethodFailure) return { error: error.error };
    const message = error instanceof Error ? error.message : String(error);
    const known = error instanceof RangeError || (error as Error).name === "SettingsError";
    return { error: { code: known ? "BAD_REQUEST" : "INTERNAL", message, remedy: "Correct it and try again." } };
  }
}
