import { existsSync } from "node:fs";
import { EXPORT_FORMATS, type ExportFormat } from "../../contract/methods/interop.ts";
import { dataFolder, runFolder } from "../data-folder.ts";
import { exportRun } from "../interop/export-run.ts";
import { importRuns } from "../interop/import-runs.ts";
import { summarise } from "../runs/summaries.ts";
import { takeServiceLock } from "../server/service-lock.ts";
import { openIndex, openIndexToRead } from "../store/databases.ts";
import { Ingest } from "../store/ingest.ts";
import { percent, table } from "../terminal.ts";
import { text, UsageError, type Command, type OptionValues } from "./command.ts";

/** Problems shown of an import. */
const SHOWN = 5;

export const runs: Command = {
  name: "runs",
  usage: "[list] [--json] | import PATH [--name TEXT] | export RUN --format FORMAT --output PATH",
  summary: "Lists runs, newest first; takes in those of other tools, and writes ours for them.",
  details: [
    "list           the default",
    "import PATH    a folder or file: TensorBoard's event files, trainer_state.json, TRL's completions_*.parquet,",
    "               JSONL of metrics, JSONL of rollouts as verl logs them; a run a folder (docs/interop.md)",
    "--name TEXT    what the imported run is called (default: its folder)",
    "export RUN     writes a run for another tool:",
    ...Object.entries(EXPORT_FORMATS).map(([name, { title }]) => `  --format ${name.padEnd(10)} ${title}`),
    "--output PATH  a file, or for tfevents and verl a folder; it must not be there yet",
    "--json         answers as JSON",
  ],
  options: {
    json: { type: "boolean" },
    name: { type: "string" },
    format: { type: "string" },
    output: { type: "string" },
  },
  async run(options, [action = "list", subject]) {
    const data = dataFolder(text(options["data"]));
    if (action === "list") return list(data, options);
    if (action !== "import" && action !== "export") {
      throw new UsageError(`There is no "runs ${action}": say list, import PATH or export RUN.`);
    }
    if (subject === undefined) throw new UsageError(`runs ${action}: which ${action === "import" ? "path" : "run"}?`);
    return action === "import" ? importInto(data, subject, options) : exportOne(data, subject, options);
  },
};

async function importInto(data: string, path: string, options: OptionValues): Promise<number> {
  const imported = await importRuns(data, path, text(options["name"]));
  if (options["json"]) {
    console.log(JSON.stringify(imported));
    return 0;
  }
  for (const { id, name, tool, metrics, steps, rollouts, problems } of imported) {
    console.log(`${id}: ${name}, from ${tool}: ${metrics} metrics over ${steps} steps, ${rollouts} rollouts`);
    for (const { file, place, reason, remedy } of problems.slice(0, SHOWN)) {
      console.log(`  ${file}, ${place}: ${reason}. ${remedy}`);
    }
    if (problems.length > SHOWN) console.log(`  … and ${problems.length - SHOWN} more; the run's log has them.`);
  }
  return 0;
}

function exportOne(data: string, run: string, options: OptionValues): number {
  const [format, output] = [text(options["format"]), text(options["output"])];
  if (format === undefined || !Object.hasOwn(EXPORT_FORMATS, format)) {
    throw new UsageError(`Which format? One of: ${Object.keys(EXPORT_FORMATS).join(", ")}.`);
  }
  if (output === undefined) throw new UsageError("Where to? Give --output PATH.");
  const folder = runFolder(data, run);
  if (!existsSync(folder)) throw new RangeError(`There is no run "${run}" in ${data}; "secondlook runs" lists them.`);
  const exported = exportRun(folder, format as ExportFormat, output);
  const { path, steps, values, rollouts } = exported;
  const what = EXPORT_FORMATS[format as ExportFormat].rollouts
    ? `${rollouts} rollouts`
    : `${values} values of ${steps} steps`;
  console.log(options["json"] ? JSON.stringify(exported) : `${path}: ${what}`);
  return 0;
}

function list(data: string, options: OptionValues): number {
  // A running service keeps the index up; without one this command does, in its place.
  const lock = takeServiceLock(data);
  const database = lock ? openIndex(data) : openIndexToRead(data);
  const ingest = new Ingest(database, data);
  const list = ingest
    .runFolders()
    .map((run) => {
      if (lock) ingest.run(run);
      return summarise(database, data, run);
    })
    .filter((run) => run !== null)
    .sort((left, right) => right.createdAt - left.createdAt);
  database.close();
  lock?.release();
  if (options["json"]) console.log(JSON.stringify(list, null, 2));
  else if (list.length === 0) console.log(`There are no runs in ${data} yet. "secondlook demo" makes the first one.`);
  else {
    const rows = list.map((run) => [
      run.id,
      run.name,
      run.state,
      `${run.step}/${run.totalSteps}`,
      percent(run.heldOut),
    ]);
    console.log(table(["run", "name", "state", "step", "held-out"], rows));
  }
  return 0;
}
