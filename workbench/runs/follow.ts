/** Follows a run by its journal, the truth, without the service: an index of its own in memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RunSummary } from "../../contract/methods.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { openIndexInMemory, type Db } from "../store/databases.ts";
import { Ingest } from "../store/ingest.ts";
import { duration, ProgressLine } from "../terminal.ts";
import { processStart } from "./alive.ts";
import { describe, summarise } from "./summaries.ts";

const POLL_MS = 400;

export class RunFollower {
  readonly database: Db;
  readonly #ingest: Ingest;
  readonly #data: string;

  constructor(data: string) {
    this.#data = data;
    this.database = openIndexInMemory();
    this.#ingest = new Ingest(this.database, data);
  }

  summary(run: string): RunSummary {
    this.#ingest.run(run);
    const summary = summarise(this.database, this.#data, run);
    if (!summary) throw new RangeError(`There is no run "${run}".`);
    return summary;
  }

  /**
   * Shows progress until the run has ended. `worker` is the process just started: until it holds the lease, the journal
   * may still tell of the attempt before. Ctrl-C ends this process with 130 and leaves the training alone.
   * @throws with the end of the worker's log when it failed or vanished.
   */
  async toTheEnd(run: string, title: string, worker?: number): Promise<RunSummary> {
    const line = new ProgressLine();
    const leave = (): never => {
      line.say(`Training goes on without this terminal; "secondlook stop ${run}" stops it.`);
      process.exit(130);
    };
    process.on("SIGINT", leave);
    try {
      for (;;) {
        const isStarting = worker !== undefined && processStart(worker) !== null;
        const seen = this.summary(run);
        if (!seen.alive && !isStarting && seen.state !== "starting") {
          // Read again: the last lines may have come between the reading and the look at the lease.
          return this.#ended(this.summary(run), title);
        }
        line.show(`${title} · ${progressOf(seen)}`);
        await delay(POLL_MS);
      }
    } finally {
      process.off("SIGINT", leave);
    }
  }

  #ended(summary: RunSummary, title: string): RunSummary {
    if (summary.state === "completed" || summary.state === "stopped") return summary;
    const reason = summary.endReason ?? "the worker ended without a word";
    const told = summary.endReason === null ? `\n${this.#logEnd(summary.id)}` : "";
    throw new Error(`${title}: ${reason.replace(/\.$/, "")}.${told}`);
  }

  /** Device and size of the model, from the journal. */
  details(run: string): { readonly device: string; readonly parameters: number } {
    const detail = describe(this.database, this.#data, run);
    return { device: String(detail?.engine["device"] ?? "unknown"), parameters: detail?.model?.parameters ?? 0 };
  }

  close(): void {
    this.database.close();
  }

  #logEnd(run: string): string {
    try {
      const log = readFileSync(join(runFolder(this.#data, run), RUN_FOLDER.log), "utf8");
      return log.trim().split("\n").slice(-12).join("\n");
    } catch {
      return "";
    }
  }
}

function progressOf(run: RunSummary): string {
  const { latest } = run;
  const parts = [`${run.phase}${run.stage ? ` (${run.stage})` : ""}`];
  if (run.totalSteps > 0) parts.push(`step ${run.step} of ${run.totalSteps}`);
  if (run.secondsPerStep) parts.push(`${(1 / run.secondsPerStep).toFixed(1)} steps/s`);
  if (run.etaSec !== null) parts.push(`about ${duration(run.etaSec)} left in training`);
  const shown = run.stage === "rl" ? latest["reward"] : latest["loss"];
  if (shown !== undefined) parts.push(`${run.stage === "rl" ? "reward" : "loss"} ${shown.toFixed(3)}`);
  return parts.join(" · ");
}
