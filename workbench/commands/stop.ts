import { setTimeout as delay } from "node:timers/promises";
import { dataFolder, runFolder } from "../data-folder.ts";
import { livingLease } from "../runs/alive.ts";
import { readRunConfig, sendControl } from "../runs/launch.ts";
import { text, UsageError, type Command } from "./command.ts";

const LIMIT_MS = 120_000;

export const stop: Command = {
  name: "stop",
  usage: "RUN [--discard]",
  summary: "Stops a run at its next step, with a checkpoint to resume from.",
  details: ["--discard      without a checkpoint: resuming starts from the last one that was saved"],
  options: { discard: { type: "boolean" } },
  async run(options, [run]) {
    if (!run) throw new UsageError('Which run? "secondlook runs" lists them.');
    const data = dataFolder(text(options["data"]));
    readRunConfig(data, run);
    const folder = runFolder(data, run);
    if (!livingLease(folder)) throw new Error(`No process trains run ${run} now; there is nothing to stop.`);
    sendControl(data, run, { command: "stop", save: options["discard"] !== true });
    const deadline = Date.now() + LIMIT_MS;
    while (livingLease(folder)) {
      if (Date.now() > deadline) throw new Error(`Run ${run} has not stopped yet; its log is in ${folder}.`);
      await delay(200);
    }
    console.log(`Run ${run} has stopped. "secondlook resume ${run}" goes on.`);
    return 0;
  },
};
