/** A member of a team that does not write: it computes its share, and follows what the first member decides. */
import { setTimeout as delay } from "node:timers/promises";
import type { Engine, EngineOptions } from "../../native/types.ts";
import { openEngine } from "../../native/index.ts";
import { Journal } from "../run/journal.ts";
import type { JournalScan } from "../run/journal-scan.ts";
import { runTraining } from "../run/run.ts";

/** Time for the first member to write the end into the journal before all are ended. */
const GRACE_MS = 10_000;

/** Returns the process's exit code. */
export async function follow(runFolder: string, rank: number, options: () => EngineOptions): Promise<number> {
  let engine: Engine | undefined;
  try {
    engine = await openEngine(options());
    const before = await engine.team.share<JournalScan>(() => {
      throw new Error("The first member has no journal.");
    });
    await runTraining(runFolder, {
      engine,
      journal: Journal.muted(runFolder, before),
      signal: new AbortController().signal,
      stop: new AbortController().signal,
      say: () => undefined,
    });
    await engine.team.leave();
    return 0;
  } catch (error) {
    process.stderr.write(`member ${rank}: ${(error as Error).message}\n`);
    await delay(GRACE_MS);
    engine?.team.abort(1);
    return 1;
  } finally {
    engine?.dispose();
  }
}
