/** Opens what a run needs: settings, rows, tokenizer, frame store and decoders. */
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Engine } from "../../native/types.ts";
import type { RunContext } from "./context.ts";
import { DataReport } from "../data/data-report.ts";
import { checkJudge } from "../judges/open-judge.ts";
import type { Journal } from "./journal.ts";
import { ClipLoader } from "../media/clips.ts";
import { FrameStore } from "../media/frame-store.ts";
import { Prompter } from "../data/prompting.ts";
import { dataFolderOf, readRunConfig } from "./run-config.ts";
import { loadSamples, type DataProblem } from "../data/samples.ts";
import { loadTokenizer } from "../data/tokens.ts";

export interface RunOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  /** Ends work in flight. */
  readonly signal: AbortSignal;
  /** Ends the run at the next step boundary. */
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
}

/** Also the rows that cannot be used, to be reported once the run's start stands in the journal. */
export async function openContext(
  runFolder: string,
  { engine, journal, signal, stop, say }: RunOptions,
): Promise<{ context: RunContext; problems: DataProblem[]; dataReport: DataReport }> {
  const { config, recipe, settings } = await readRunConfig(runFolder);
  for (const stage of settings.stages) if (stage.kind === "dpo") checkJudge(stage.judge);
  const frames = join(dataFolderOf(runFolder), DATA_FOLDER.frames);
  const dataReport = new DataReport(journal, say);
  const problems: DataProblem[] = [];
  const read = async (path: string | undefined) => {
    if (path === undefined) return [];
    const loaded = await loadSamples(path, config.data.mediaRoot);
    for (const problem of loaded.problems) problems.push(problem);
    if (loaded.samples.length === 0) throw new Error(noRows(path, loaded.problems[0]));
    return loaded.samples;
  };
  const { data } = config;
  const train = await read(data.train);
  const sft = data.sft === undefined ? train : await read(data.sft);
  const samples = { train, sft, validation: await read(data.validation), heldOut: await read(data.heldOut) };
  const prompter = new Prompter(await loadTokenizer(config.model), settings.prompt);
  const store = new FrameStore(frames);
  const { vision } = settings;
  const clips = new ClipLoader({
    engine,
    store,
    cacheFolder: join(frames, "clips"),
    mediaRoot: data.mediaRoot,
    vision,
  });
  const context = {
    runFolder,
    config,
    recipe,
    settings,
    engine,
    journal,
    prompter,
    clips,
    frames: store,
    samples,
    report: dataReport.add,
    signal,
    stop,
    knobs: new Map<string, number>(),
    say,
  };
  return { context, problems, dataReport };
}

function noRows(path: string, first: DataProblem | undefined): string {
  const why = first === undefined ? "it holds none" : `${first.place}: ${first.reason}`;
  return `The data file ${path} has no row that can be used (${why}). ${first?.remedy ?? "Put rows into it."}`;
}
