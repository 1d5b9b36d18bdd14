import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { dataFolder } from "../data-folder.ts";
import { runScript } from "./by-path.ts";
import { text, type Command } from "./command.ts";

export const pack: Command = {
  name: "pack",
  usage: "[FOLDER] [--small]",
  summary: "Makes the sample pack: short H.264 videos with questions that need time to answer.",
  details: ["FOLDER         where (default: sample-pack in the data folder)", "--small        a few clips, for tests"],
  options: { small: { type: "boolean" } },
  run(options, [folder]) {
    const place = folder ?? join(dataFolder(text(options["data"])), DATA_FOLDER.samplePack);
    return runScript("trainer/samplepack/main.ts", [place, ...(options["small"] === true ? ["--small"] : [])]);
  },
};
