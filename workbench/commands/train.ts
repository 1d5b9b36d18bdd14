import { resolve } from "node:path";
import { dataFolder } from "../data-folder.ts";
import { suggestMediaRoot } from "../library/dataset-preview.ts";
import { datasetFiles, withUserDatabase } from "../library/datasets.ts";
import { addMediaRoot } from "../library/media-roots.ts";
import { RunFollower } from "../runs/follow.ts";
import { createRun, startWorker } from "../runs/launch.ts";
import { newRunFrom } from "../runs/new-run.ts";
import { checkOutsideRecipe } from "../runs/outside-recipe.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { integer, text, UsageError, type Command, type OptionValues } from "./command.ts";

/** `--set rl.steps=200` as overrides. */
function overridesOf(values: OptionValues[string]): Record<string, unknown> {
  const list = Array.isArray(values) ? values : [];
  return Object.fromEntries(
    list.map((entry) => {
      const at = String(entry).indexOf("=");
      if (at < 1) throw new UsageError(`--set ${String(entry)}: write it as --set NAME=VALUE.`);
      return [String(entry).slice(0, at), String(entry).slice(at + 1)];
    }),
  );
}

function dataOf(options: OptionValues): Record<string, string> | undefined {
  const names = { train: "train", sft: "sft", validation: "validation", heldOut: "held-out", mediaRoot: "media-root" };
  const given = Object.entries(names).flatMap(([key, option]) => {
    const value = text(options[option]);
    return value === undefined ? [] : [[key, resolve(value)] as const];
  });
  if (given.length === 0) return undefined;
  const data: Readonly<Record<string, string>> = Object.fromEntries(given);
  const { train } = data;
  if (train === undefined) throw new UsageError("Own data wants --train FILE.");
  const mediaRoot = data["mediaRoot"] ?? suggestMediaRoot(train);
  if (mediaRoot === null) {
    throw new UsageError(
      `No media of ${train} were found near it: give the folder that its paths start from as --media-root DIR.`,
    );
  }
  return { ...data, mediaRoot };
}

/** Files of imported datasets, by their names. */
function datasetsOf(data: string, options: OptionValues): Record<string, string> | undefined {
  const train = text(options["dataset"]);
  const others = {
    sft: text(options["sft-dataset"]),
    validation: text(options["validation-dataset"]),
    heldOut: text(options["held-out-dataset"]),
  };
  if (train === undefined) {
    if (Object.values(others).every((name) => name === undefined)) return undefined;
    throw new UsageError("Imported datasets want --dataset NAME for training.");
  }
  return withUserDatabase(data, (user) => datasetFiles(user, { train, ...others }));
}

/** `ID:checkpoints/step-000080-sft`. */
function branchOf(value: string | undefined): { run: string; checkpoint: string } | undefined {
  if (value === undefined) return undefined;
  const at = value.indexOf(":");
  if (at < 1) throw new UsageError(`--branch ${value}: write it as RUN:CHECKPOINT.`);
  return { run: value.slice(0, at), checkpoint: value.slice(at + 1) };
}

export const train: Command = {
  name: "train",
  usage: "RECIPE [options]",
  summary: "Trains by a recipe, in a process that outlives this command.",
  details: [
    "--preset NAME       the recipe's preset (default: its first choice)",
    "--model DIR         Hugging Face checkpoint (default: the base model that comes along)",
    "--train FILE        rows (docs/data.md) in JSON or JSONL (default: the sample pack)",
    "--sft FILE          rows with traces for the cold start (default: those of --train that have one)",
    "--validation FILE, --held-out FILE",
    "--media-root DIR    the folder that rows' paths start from (default: near --train, where media are found)",
    "--dataset NAME      rows of an imported dataset instead (secondlook data list); also --sft-dataset,",
    "                    --validation-dataset, --held-out-dataset; the media root is theirs",
    "--set NAME=VALUE    a setting that differs from the preset; may be repeated",
    "--recipe-folder DIR",
    "                    takes the recipe from DIR/RECIPE.ts and trusts that code: it runs as you, now and on resume",
    "--device NAME       auto (the default), cpu, or cuda:N for one of several GPUs",
    "--processes N       processes of this machine that train together over MPI, each with its share of a step; on GPUs,",
    "                    one each (with cuda:N from that one on), over NCCL",
    "--branch RUN:CHECKPOINT",
    "                    starts from a labelled checkpoint of another run, e.g. ID:checkpoints/step-000080-sft",
    "--seed N, --name TEXT",
    "--no-follow         start and return",
    "Ctrl-C leaves the training alone and ends this command with 130.",
  ],
  options: {
    preset: { type: "string" },
    model: { type: "string" },
    train: { type: "string" },
    sft: { type: "string" },
    validation: { type: "string" },
    "held-out": { type: "string" },
    "media-root": { type: "string" },
    dataset: { type: "string" },
    "sft-dataset": { type: "string" },
    "validation-dataset": { type: "string" },
    "held-out-dataset": { type: "string" },
    set: { type: "string", multiple: true },
    "recipe-folder": { type: "string" },
    device: { type: "string" },
    processes: { type: "string" },
    branch: { type: "string" },
    seed: { type: "string" },
    name: { type: "string" },
    follow: { type: "boolean", default: true },
  },
  async run(options, [recipeName]) {
    if (!recipeName) throw new UsageError("Which recipe? For example: secondlook train video-r1.");
    const folder = text(options["recipe-folder"]);
    const overrides = overridesOf(options["set"]);
    const asked = text(options["preset"]);
    const outside = folder === undefined ? undefined : await checkOutsideRecipe(folder, recipeName, asked, overrides);
    const preset = outside?.preset ?? asked ?? recipeById(recipeName).defaultPreset;
    const data = dataFolder(text(options["data"]));
    const seed = integer(options, "seed");
    const model = text(options["model"]);
    const name = text(options["name"]);
    const ownData = datasetsOf(data, options) ?? dataOf(options);
    const branch = branchOf(text(options["branch"]));
    const processes = integer(options, "processes");
    if (processes !== undefined && (processes < 1 || processes > 64)) {
      throw new UsageError(`--processes ${processes}: give a number from 1 to 64.`);
    }
    const device = text(options["device"]);
    if (device !== undefined && !/^(auto|cpu|cuda(:\d+)?)$/.test(device)) {
      throw new UsageError(`--device ${device}: choose auto, cpu, cuda or cuda:N.`);
    }
    if (ownData?.["mediaRoot"]) {
      const root = resolve(ownData["mediaRoot"]);
      withUserDatabase(data, (user) => addMediaRoot(user, root));
    }
    const run = createRun(
      data,
      newRunFrom(
        data,
        {
          recipe: recipeName,
          preset,
          overrides,
          ...(seed === undefined ? {} : { seed }),
          ...(model === undefined ? {} : { model }),
          ...(name === undefined ? {} : { name }),
          ...(ownData === undefined ? {} : { data: ownData }),
          ...(branch === undefined ? {} : { branchFrom: branch }),
          ...(device === undefined ? {} : { device }),
          ...(processes === undefined ? {} : { processes }),
        },
        outside,
      ),
    );
    const worker = startWorker(data, run.id);
    console.log(run.id);
    return options["follow"] === false ? 0 : followRun(data, run.id, run.name, worker);
  },
};

/** Shows a run's progress until it ends; 0 when it was completed or stopped. */
export async function followRun(data: string, run: string, title: string, worker: number): Promise<number> {
  const follower = new RunFollower(data);
  try {
    const end = await follower.toTheEnd(run, title, worker);
    console.log(`${end.state} after step ${end.step}: ${end.endReason ?? ""}`);
    return 0;
  } finally {
    follower.close();
  }
}
