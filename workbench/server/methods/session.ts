/** The playground, counterfactuals and replay: answered by the session worker, streamed to all windows by call. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AskableSample, MethodInput, SessionMethodResults } from "../../../contract/methods.ts";
import type { Shown } from "../../../contract/session.ts";
import { readSamples } from "../../../science/records.ts";
import { samplePackData } from "../../runs/new-run.ts";
import { SessionError, type CallOptions } from "../../session/client.ts";
import { allowedMedium } from "../../session/media-roots.ts";
import { originOf } from "../../session/origin.ts";
import { askableModels, askedAs, lettered, protocolOf } from "../../session/settings.ts";
import { takePiece } from "../../session/uploads.ts";
import { MethodFailure, type HandlersOf, type MethodContext } from "./context.ts";

const SAMPLES_SHOWN = 60;
const calls = new Map<string, AbortController>();

export const sessionMethods: HandlersOf<keyof SessionMethodResults> = {
  "session.models": ({ data }) =>
    askableModels(data).map(({ directory, label, run, step }) => {
      const { temperature, maxTokens, vision } = protocolOf(directory);
      return { directory, label, run, step, temperature, maxTokens, frames: vision.maxFrames };
    }),
  "session.samples": ({ data }) => packSamples(data),
  "session.ask": (context, input) =>
    during(context, input.call, async (options) => {
      const { temperature, topP, topK, maxTokens, seed, change } = input;
      const sampling = { temperature, topP, maxTokens, seed, ...(topK === undefined ? {} : { topK }) };
      const params = { ...questionOf(context, input), change, sampling };
      const result = await context.session.call("ask", params, options);
      return { ...result, frameUrls: frameUrls(context, result.shown) };
    }),
  "session.influence": (context, input) =>
    during(context, input.call, async (options) => {
      const { completion, kind } = input;
      const params = { ...questionOf(context, input), change: null, completion, kind };
      const result = await context.session.call("influence", params, options);
      return { ...result, frameUrls: frameUrls(context, result.shown) };
    }),
  "session.score": (context, input) =>
    during(context, input.call, (options) => {
      const params = { ...questionOf(context, input), change: null, completion: input.completion };
      return context.session.call("score", params, options);
    }),
  "session.origin": ({ data, database }, { run, rollout }) => originOf(data, database, run, rollout),
  "session.upload": ({ data }, piece) => ({ path: takePiece(data, piece) }),
  "session.cancel": (_context, { call }) => {
    calls.get(call)?.abort();
    return { cancelled: calls.has(call) };
  },
  "session.replayPlan": ({ session }, input) => mended(session.call("replayPlan", input)),
  "session.replay": (context, { call, ...input }) =>
    during(context, call, (options) => context.session.call("replay", input, options)),
};

/** Runs a call that can be cancelled, and tells the windows what it says meanwhile. */
async function during<Result>(
  { announce }: MethodContext,
  call: string,
  work: (options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  calls.set(call, stop);
  try {
    return await mended(work({ signal: stop.signal, onEvent: (event) => announce({ topic: "session", call, event }) }));
  } finally {
    calls.delete(call);
  }
}

async function mended<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    const isTheirs = error.code === "BAD_REQUEST" || error.code === "BAD_CHECKPOINT";
    const remedy = error.code === "CANCELLED" ? "Ask again when you like." : "Correct it and ask again.";
    throw new MethodFailure(isTheirs ? "BAD_REQUEST" : "INTERNAL", error.message, remedy);
  }
}

type PlayQuestion = Omit<MethodInput<"session.score">, "call" | "completion">;

function questionOf(context: MethodContext, asked: PlayQuestion) {
  const { model, path, question, options, frames, pixels, order } = asked;
  if (!askableModels(context.data).some(({ directory }) => directory === model)) {
    throw new MethodFailure("NOT_FOUND", `${model} is no checkpoint of this data folder.`, "Choose one of the list.");
  }
  const medium = path === null ? null : allowedMedium(context.data, context.user, path);
  const { vision, ...as } = askedAs(model, frames ?? undefined);
  const sized = pixels ? { ...vision, maxPixels: pixels, minPixels: Math.min(vision.minPixels, pixels) } : vision;
  return { ...as, vision: sized, medium, question, options: lettered(options), order: order ?? null };
}

function frameUrls({ media }: MethodContext, shown: Shown | null): string[] {
  return shown?.frames.map(({ hash }) => media.frame(hash)) ?? [];
}

function packSamples(data: string): AskableSample[] {
  const { heldOut, mediaRoot } = samplePackData(data);
  if (heldOut === undefined || !existsSync(heldOut)) return [];
  const { samples } = readSamples(readFileSync(heldOut, "utf8"), heldOut);
  return samples.slice(0, SAMPLES_SHOWN).map(({ id, path, dataType, question, options, answer }) => ({
    id,
    path: join(mediaRoot, path),
    kind: dataType,
    question,
    options,
    answer,
  }));
}
