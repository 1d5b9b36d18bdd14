import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  EVALUATION_FOLDER,
  EXTRACTION_RULES,
  MEASURED_VIEWS,
  type EvaluationResult,
  type Protocol,
} from "../../contract/evaluation.ts";
import { comparePaired } from "../../science/evaluation/compare.ts";
import { PROTOCOL_PRESETS } from "../../science/evaluation/protocol.ts";
import { upstreamResults } from "../../science/evaluation/upstream.ts";
import { dataFolder } from "../data-folder.ts";
import { benchmarks, fileInDataFolder } from "../evaluations/benchmarks.ts";
import { createEvaluation, evaluationFolder, type EvaluationOrder } from "../evaluations/new-evaluation.ts";
import { importEvaluation } from "../evaluations/import.ts";
import { readItems, checkCanRun, readProgress, readRequest, readResult } from "../evaluations/read.ts";
import { resultTable } from "../evaluations/table.ts";
import { withUserDatabase } from "../library/datasets.ts";
import { addMediaRoot } from "../library/media-roots.ts";
import { table } from "../terminal.ts";
import { runScript } from "./by-path.ts";
import { integer, text, UsageError, type Command, type OptionValues } from "./command.ts";
import { rescoreReport } from "./rescore.ts";

const several = (value: OptionValues[string]): string[] => (Array.isArray(value) ? value.map(String) : []);

function number(options: OptionValues, name: string): number | undefined {
  const value = text(options[name]);
  if (value === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(value)) throw new UsageError(`--${name} is "${value}", but must be a number.`);
  return Number(value);
}

function atLeastOne(options: OptionValues, name: string): number | undefined {
  const value = integer(options, name);
  if (value === undefined || value >= 1) return value;
  throw new UsageError(`--${name} is ${value}, but must be 1 or more.`);
}

function changesOf(options: OptionValues): Partial<Protocol> {
  const views = text(options["views"])?.split(",");
  const unknown = views?.find((view) => !(MEASURED_VIEWS as readonly string[]).includes(view));
  if (unknown !== undefined) {
    throw new UsageError(`There is no view "${unknown}"; known are ${MEASURED_VIEWS.join(", ")}.`);
  }
  const temperature = number(options, "temperature");
  const extraction = text(options["extraction"]) as Protocol["extraction"] | undefined;
  if (extraction !== undefined && !EXTRACTION_RULES.includes(extraction)) {
    throw new UsageError(`There is no extraction rule "${extraction}"; known are ${EXTRACTION_RULES.join(", ")}.`);
  }
  const seed = integer(options, "seed");
  return {
    ...(views === undefined ? {} : { views: views as Protocol["views"] }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(extraction === undefined ? {} : { extraction }),
    ...(seed === undefined ? {} : { seed }),
  };
}

export const evaluate: Command = {
  name: "eval",
  usage: "--model DIR --benchmark NAME|FILE [options]",
  summary: "Measures checkpoints on a benchmark; what is stopped goes on with --resume and ends with the same bytes.",
  details: [
    "--model DIR        Hugging Face folder or a run's checkpoint; several: one pass over the videos",
    "--benchmark NAME|FILE",
    "                   a benchmark's name (--list), its published file, or a description of your own",
    "--file FILE        the published file, where --benchmark is a name",
    `--preset NAME      protocol: ${[...Object.keys(PROTOCOL_PRESETS), "as-trained"].join(", ")}`,
    "--frames N         most frames, instead of the preset's; --fps X: frames in a second of the clip, up to the most",
    "--views LIST       ordered, shuffled, reversed, masked, question-only; separated by commas",
    "--temperature X, --extraction RULE, --prompt NAME|FILE, --seed N",
    "--judge AT         who judges free answers: rule (default), a checkpoint's folder, or http://HOST:PORT/v1 with",
    "                   --judge-model NAME (key in SECONDLOOK_ENDPOINT_KEY); the rule's verdict is kept beside it",
    "--media-root DIR   where the videos lie (default: the file's folder)",
    "--limit N          a part: always the same N items",
    "--json FILE        results and final_acc as Video-R1's scripts write them (several models: FILE.0.json …)",
    "--import FILE      a result file of somebody else (Video-R1's .json, VideoHallu's .csv) becomes an evaluation, scored",
    "                   again; with --benchmark NAME,",
    "                   --model-name NAME and --preset NAME (as they asked, if known)",
    "--resume ID        goes on with an evaluation",
    "--list             the benchmarks, and which are here",
  ],
  options: {
    model: { type: "string", multiple: true },
    benchmark: { type: "string" },
    file: { type: "string" },
    preset: { type: "string" },
    frames: { type: "string" },
    fps: { type: "string" },
    views: { type: "string" },
    temperature: { type: "string" },
    extraction: { type: "string" },
    prompt: { type: "string" },
    seed: { type: "string" },
    judge: { type: "string" },
    "judge-model": { type: "string" },
    "media-root": { type: "string" },
    limit: { type: "string" },
    json: { type: "string" },
    import: { type: "string" },
    "model-name": { type: "string" },
    resume: { type: "string" },
    list: { type: "boolean" },
  },
  async run(options) {
    const data = dataFolder(text(options["data"]));
    if (options["list"] === true) return list(data);
    const theirs = text(options["import"]);
    if (theirs !== undefined) return importTheirs(data, theirs, options);
    const ownRoot = text(options["media-root"]);
    // So that the window may show the videos beside the answers.
    if (ownRoot !== undefined) withUserDatabase(data, (user) => addMediaRoot(user, resolve(ownRoot)));
    const id = text(options["resume"]) ?? createEvaluation(data, orderOf(options)).id;
    checkCanRun(readRequest(data, id));
    console.log(id);
    const folder = evaluationFolder(data, id);
    const code = await runScript("trainer/evaluation/main.ts", [folder, data]);
    if (code === 3) console.error(`Go on with: secondlook eval --resume ${id}`);
    if (code !== 0) return 1;
    const result = readResult(data, id);
    if (result === null) throw new Error(`${folder} has no result: ${readProgress(data, id)?.message ?? ""}`);
    const compared = pairedStatements(data, id, result).map((statement) => `${statement}\n`);
    console.log(
      `\n${resultTable(result)}\n\n${compared.join("")}${compared.length > 0 ? "\n" : ""}${join(folder, EVALUATION_FOLDER.result)}`,
    );
    const file = text(options["json"]);
    if (file !== undefined) writeUpstream(data, id, result, resolve(file));
    return 0;
  },
};

/** Each model against the one named before it, on the first view. */
function pairedStatements(data: string, id: string, { models, protocol }: EvaluationResult): string[] {
  const view = protocol.views[0]!;
  const items = models.map((_, model) => readItems(data, id, model).filter((item) => item.view === view));
  return models.slice(1).flatMap(({ model }, place) => {
    const names = { left: models[place]!.model.label, right: model.label };
    const [left, right] = [items[place]!, items[place + 1]!];
    const share = left.some(({ error }) => error === null) && right.some(({ error }) => error === null);
    return share ? [comparePaired(left, right, names).statement] : [];
  });
}

function orderOf(options: OptionValues): EvaluationOrder {
  const benchmark = text(options["benchmark"]);
  const models = several(options["model"]);
  if (benchmark === undefined || models.length === 0) throw new UsageError("--model and --benchmark are needed.");
  const limit = atLeastOne(options, "limit");
  const frames = atLeastOne(options, "frames");
  const fps = number(options, "fps");
  const given = Object.fromEntries(
    (["file", "preset", "prompt"] as const).flatMap((name) => {
      const value = text(options[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const mediaRoot = text(options["media-root"]);
  const [judge, judgeModel] = [text(options["judge"]), text(options["judge-model"])];
  return {
    benchmark,
    models,
    ...given,
    ...(judge === undefined
      ? {}
      : { judge: { at: judge, ...(judgeModel === undefined ? {} : { model: judgeModel }) } }),
    ...(mediaRoot === undefined ? {} : { mediaRoot }),
    ...(limit === undefined ? {} : { limit }),
    ...(frames === undefined ? {} : { frames }),
    ...(fps === undefined ? {} : { fps }),
    changes: changesOf(options),
  };
}

function importTheirs(data: string, file: string, options: OptionValues): number {
  const [benchmark, modelName, preset] = ["benchmark", "model-name", "preset"].map((name) => text(options[name]));
  if (benchmark === undefined || modelName === undefined) {
    throw new UsageError("--import needs --benchmark NAME and --model-name NAME.");
  }
  const { request, rescored, problems } = importEvaluation(data, {
    file,
    benchmark,
    modelName,
    ...(preset === undefined ? {} : { preset }),
  });
  console.log(`${request.id}\n\n${resultTable(readResult(data, request.id)!)}\n\n${rescoreReport(rescored, problems)}`);
  return 0;
}

function writeUpstream(data: string, id: string, result: EvaluationResult, file: string): void {
  const view = result.protocol.views[0]!;
  result.models.forEach((_, model) => {
    const items = readItems(data, id, model).filter((item) => item.view === view);
    const path = result.models.length === 1 ? file : `${file.replace(/\.json$/, "")}.${model}.json`;
    writeFileSync(path, `${JSON.stringify(upstreamResults(items), null, 2)}\n`);
    console.log(path);
  });
}

function list(data: string): number {
  const rows = benchmarks().map((benchmark) => [
    benchmark.id,
    benchmark.title,
    benchmark.items === null ? "–" : String(benchmark.items),
    benchmark.presets.join(", "),
    fileInDataFolder(data, benchmark) ?? "not here",
  ]);
  console.log(table(["name", "title", "items", "presets", "questions"], rows));
  return 0;
}
