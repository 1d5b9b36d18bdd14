import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { dataFolder } from "../data-folder.ts";
import { paperPreset } from "../../science/launch/difference.ts";
import { RECIPES } from "../../science/recipes/index.ts";
import { BASE_MODEL } from "../runs/new-run.ts";
import { givenOptions, runScript } from "./by-path.ts";
import { text, UsageError, type Command } from "./command.ts";

const value = { type: "string" } as const;

export const annotate: Command = {
  name: "annotate",
  usage: "--output FILE [options]",
  summary: "Asks a teacher about every row and keeps right answers with their reasoning: rows for SFT.",
  details: [
    "--input FILE           rows in Video-R1's JSON (default: train.json of the sample pack)",
    "--media-root DIR       where their media lie (default: the folder of the sample pack)",
    "--output FILE          the SFT file; beside it FILE.annotations/ keeps everything that was said",
    "--model DIR            a checkpoint as the teacher (default: the base model that comes along)",
    "--endpoint URL         an OpenAI-compatible service instead, e.g. http://localhost:8000/v1, with",
    "--endpoint-model NAME  its model; SECONDLOOK_ENDPOINT_KEY is sent as its key",
    "--video-as KIND        for the endpoint: frames (PNG each, default) or video (the file)",
    "--recipe ID, --preset NAME",
    "                       whose prompt, frames and sampling are used (default: video-r1, tiny; for an",
    "                       endpoint the recipe's published one)",
    "--samples N            answers a row, of which the best counts (default: 1)",
    "--temperature X, --max-tokens N, --seed N",
    "--keep X               rows with a reward above it are kept (default: 0.6)",
    "--rows N               only the first N rows",
    "--batch N              rows at a time (default: 32; for an endpoint 16)",
    "Stop it at any time: the same command goes on to the same file.",
  ],
  options: {
    input: value,
    "media-root": value,
    output: value,
    model: value,
    endpoint: value,
    "endpoint-model": value,
    "video-as": value,
    recipe: value,
    preset: value,
    samples: value,
    temperature: value,
    "max-tokens": value,
    keep: value,
    rows: value,
    batch: value,
    seed: value,
  },
  run(options) {
    if (text(options["output"]) === undefined) throw new UsageError("Where to? Give --output FILE.");
    const endpoint = text(options["endpoint"]) !== undefined;
    if (endpoint && text(options["endpoint-model"]) === undefined) {
      throw new UsageError("An endpoint wants --endpoint-model NAME.");
    }
    const data = dataFolder(text(options["data"]));
    const pack = join(data, DATA_FOLDER.samplePack);
    const ownRows = text(options["input"]) !== undefined;
    if (ownRows && text(options["media-root"]) === undefined) throw new UsageError("Own rows want --media-root DIR.");
    const defaults = {
      input: join(pack, "train.json"),
      "media-root": pack,
      preset: endpoint ? publishedPreset(text(options["recipe"])) : "tiny",
      ...(endpoint ? {} : { model: BASE_MODEL }),
    };
    const args = givenOptions(annotate, { ...defaults, ...options });
    return runScript("trainer/annotate-main.ts", ["--data", data, ...args]);
  },
};

/** Frames and sampling of a large teacher: as the recipe's paper or code says. An unknown recipe is refused by the script. */
function publishedPreset(id: string | undefined): string {
  const recipe = RECIPES.find((candidate) => candidate.id === id) ?? RECIPES[0]!;
  return paperPreset(recipe) ?? recipe.defaultPreset;
}
