/**
 * An evaluation's worker: `node trainer/evaluation/main.ts FOLDER DATA_FOLDER`. Starts or goes on with what the folder's
 * `evaluation.json` asks for. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 stopped (SIGTERM, SIGINT), 4 another worker is at it.
 */
import { join, resolve } from "node:path";
import { EVALUATION_FOLDER } from "../../contract/evaluation.ts";
import { openEngine } from "../../native/index.ts";
import type { Engine } from "../../native/types.ts";
import { acquireLease, type HeldLease } from "../run/lease.ts";
import { prepareEvaluation } from "./prepare.ts";
import { endProgress } from "./progress-file.ts";
import { runEvaluation } from "./run.ts";

const [folderGiven, dataGiven] = process.argv.slice(2);
if (folderGiven === undefined || dataGiven === undefined) {
  console.error("Usage: node trainer/evaluation/main.ts FOLDER DATA_FOLDER");
  process.exit(2);
}
const folder = resolve(folderGiven);
const progress = join(folder, EVALUATION_FOLDER.progress);
const say = (line: string): void => console.log(line);
// Whoever read our output may be gone; that is no reason to stop.
process.stdout.on("error", () => undefined);

let lease: HeldLease;
try {
  lease = acquireLease(folder, 1);
} catch (error) {
  console.error((error as Error).message);
  process.exit(4);
}
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

let engine: Engine | undefined;
let code = 0;
try {
  const prepared = await prepareEvaluation(folder);
  const { request, items, problems } = prepared;
  for (const { place, reason, remedy } of problems.slice(0, 20)) say(`not used: ${place}: ${reason}. ${remedy}`);
  if (problems.length > 20) say(`… and ${problems.length - 20} more records that cannot be used`);
  if (items.length === 0) throw new Error(`${request.benchmark.file} holds no question that can be used.`);
  const threads = Number(process.env["SECONDLOOK_THREADS"] ?? 0);
  engine = await openEngine({ device: "auto", seed: 0, determinism: 2, ...(threads > 0 ? { threads } : {}) });
  const { device, instructionSet, threads: count } = engine.info;
  say(
    `${request.benchmark.title}: ${items.length} questions, ${request.models.length} model(s), protocol ${request.protocol.preset}`,
  );
  say(`on ${device} (${instructionSet}, ${count} threads)`);
  await runEvaluation(prepared, { engine, folder, dataFolder: resolve(dataGiven), signal: stop.signal, say });
  endProgress(progress, "done", null);
} catch (error) {
  const stopped = stop.signal.aborted;
  const message = stopped ? "It was stopped; what was answered is kept." : (error as Error).message;
  endProgress(progress, stopped ? "stopped" : "failed", message);
  console.error(stopped || process.env["SECONDLOOK_DEBUG"] === undefined ? message : (error as Error).stack);
  code = stopped ? 3 : 1;
} finally {
  engine?.dispose();
  lease.release();
}
process.exit(code);
