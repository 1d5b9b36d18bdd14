/**
 * The session worker: `node trainer/session-main.ts DATA_FOLDER`. Answers what needs a loaded model at once (asking,
 * scoring, replay) over its standard input and output, and ends when the input does: it lives no longer than its starter.
 */
import { setPriority } from "node:os";
import { resolve } from "node:path";
import { openEngine } from "../native/index.ts";
import { Asking } from "./session/asking.ts";
import { serveLines } from "./session/line-server.ts";
import { planReplay } from "./session/replay-plan.ts";
import { replayRandom } from "./session/replay-random.ts";
import { replayRollout } from "./session/replay.ts";

const GUEST_PRIORITY = 10;
const [dataGiven] = process.argv.slice(2);
if (dataGiven === undefined) {
  console.error("Usage: node trainer/session-main.ts DATA_FOLDER");
  process.exit(2);
}
const dataFolder = resolve(dataGiven);
// A run that trains on the same processor goes first.
if (process.env["SECONDLOOK_GUEST"] === "1") setPriority(GUEST_PRIORITY);
// Lines of the protocol are all that may stand on the output.
console.log = console.error;
process.stdout.on("error", () => process.exit(0));
// The starter ends us by closing our input, also when it is interrupted at the keyboard.
process.on("SIGINT", () => undefined);

let asking: Promise<Asking> | null = null;
const threads = Number(process.env["SECONDLOOK_THREADS"] ?? 0);
/** Only what needs a model of its own choice opens this engine: a replay opens one as the run's was. */
const opened = (): Promise<Asking> => {
  asking ??= openEngine({ device: "auto", seed: 0, determinism: 2, ...(threads > 0 ? { threads } : {}) }).then(
    (engine) => new Asking(engine, dataFolder),
  );
  return asking;
};

await serveLines(process.stdin, process.stdout, {
  ask: async (params, call) => (await opened()).ask(params, call),
  chat: async (params, call) => (await opened()).chat(params, call),
  score: async (params, call) => (await opened()).score(params, call),
  influence: async (params, call) => (await opened()).influence(params, call),
  replayPlan: ({ run, step }: { run: string; step: number }) => planReplay(dataFolder, run, step),
  replay: (params, call) => replayRollout(dataFolder, params, call),
  replayRandom: (params, call) => replayRandom(dataFolder, params, call),
});
process.exit(0);
