import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { dataFolder } from "../data-folder.ts";
import { runScript } from "./by-path.ts";
import { text, type Command } from "./command.ts";

export const pack: Command = {
  name: "pack",
  usage: "[FOLDER] [--set NAME] [--small]",
  summary: "Makes the sample pack: short H.264 videos with questions that need time to answer.",
  details: [
    "FOLDER         where (default: sample-pack, or sets/NAME, in the data folder)",
    "--set NAME     another data set of the program (docs/sample-pack.md lists them)",
    "--small        a few clips, for tests",
  ],
  options: { set: { type: "string" }, small: { type: "boolean" } },
  run(options, [folder]) {
    const set = text(options["set"]);
    const own = set === undefined ? DATA_FOLDER.samplePack : join(DATA_FOLDER.sets, set);
    const args = [folder ?? join(dataFolder(text(options["data"])), own), ...(set === undefined ? [] : ["--set", set])];
    return runScript("trainer/samplepack/main.ts", [...args, ...(options["small"] === true ? ["--small"] : [])]);
  },
};
