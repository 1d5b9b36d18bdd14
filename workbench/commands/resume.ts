import { dataFolder } from "../data-folder.ts";
import { readRunConfig, startWorker } from "../runs/launch.ts";
import { text, UsageError, type Command } from "./command.ts";
import { followRun } from "./train.ts";

export const resume: Command = {
  name: "resume",
  usage: "RUN [--no-follow]",
  summary: "Goes on with a run from its newest checkpoint, to the same numbers.",
  details: ["--no-follow    start and return"],
  options: { follow: { type: "boolean", default: true } },
  async run(options, [run]) {
    if (!run) throw new UsageError('Which run? "secondlook runs" lists them.');
    const data = dataFolder(text(options["data"]));
    const config = readRunConfig(data, run);
    const worker = startWorker(data, run);
    return options["follow"] === false ? 0 : followRun(data, run, config.name, worker);
  },
};
