import { basename, resolve } from "node:path";
import { dataFolder } from "../data-folder.ts";
import { suggestMediaRoot } from "../library/dataset-preview.ts";
import { importAndRegister } from "../library/register-import.ts";
import { findDataset, removeDataset, withUserDatabase } from "../library/datasets.ts";
import { summariseDataset, summariseDatasets } from "../library/dataset-summaries.ts";
import { detailOf } from "../library/dataset-detail.ts";
import { startMediaCheck } from "../library/media-check.ts";
import { reportText } from "../library/report-text.ts";
import { openRows } from "../library/rows-database.ts";
import { table } from "../terminal.ts";
import { integer, text, UsageError, type Command, type OptionValues } from "./command.ts";

/** Datasets by name: import a file, list, read its report again, forget it. */
export const data: Command = {
  name: "data",
  usage: "import FILE [--media-root DIR] [--name NAME] | list | report NAME | check NAME | remove NAME",
  summary: "Imports files of rows and says what is in them, and what is wrong with them.",
  details: [
    "import FILE    reads JSON or JSONL: Video-R1's format, or rows such as {video, question, answer};",
    "               bad rows are reported and left out (docs/data.md)",
    "--media-root DIR    the folder that rows' paths start from; nothing outside it is read",
    "                    (default: the file's folder or one near it, where media are found)",
    "--name NAME    what train --dataset calls it (default: the file's name)",
    "list           the datasets there are",
    "report NAME    what the import found",
    "check NAME     decodes media that nobody tried yet, and says which cannot be; --count N tries N at random",
    "remove NAME    forgets the dataset; its file and media stay",
    "--json         answers as JSON",
  ],
  options: {
    "media-root": { type: "string" },
    name: { type: "string" },
    count: { type: "string" },
    json: { type: "boolean" },
  },
  run(options, [action, name]) {
    const folder = dataFolder(text(options["data"]));
    if (action === "list") return Promise.resolve(list(folder, options));
    if (!["import", "report", "check", "remove"].includes(action ?? "")) {
      throw new UsageError("Say what to do: data import FILE, data list, data report, check or remove NAME.");
    }
    if (name === undefined)
      throw new UsageError(`secondlook data ${action}: which ${action === "import" ? "file" : "dataset"}?`);
    if (action === "check") return check(folder, name, options);
    if (action === "import") return Promise.resolve(importFile(folder, resolve(name), options));
    return Promise.resolve(action === "report" ? report(folder, name, options) : remove(folder, name));
  },
};

function importFile(folder: string, file: string, options: OptionValues): number {
  const root = text(options["media-root"]) ?? suggestMediaRoot(file);
  if (root === null) {
    throw new UsageError(
      `No media of ${file} were found near it: give the folder that its paths start from as --media-root DIR.`,
    );
  }
  const name = text(options["name"]) ?? basename(file).replace(/\.jsonl?$/i, "");
  const shown = process.stderr.isTTY;
  const dataset = importAndRegister(folder, { file, mediaRoot: resolve(root), name }, (progress) => {
    if (!shown) return;
    const share = progress.total > 0 ? ` ${Math.floor((progress.done / progress.total) * 100)} %` : "";
    process.stderr.write(`\r\x1b[K${progress.phase}${share}, ${progress.rows} rows, ${progress.badRows} unusable`);
  });
  if (shown) process.stderr.write("\r\x1b[K");
  return report(folder, dataset.id, options);
}

function report(folder: string, name: string, options: OptionValues): number {
  const detail = withUserDatabase(folder, (user) => {
    const dataset = findDataset(user, name);
    return detailOf(folder, dataset, summariseDataset(folder, dataset));
  });
  console.log(options["json"] ? JSON.stringify(detail, null, 2) : reportText(detail));
  return 0;
}

/** Ctrl-C ends it; what was found until then is kept. */
async function check(folder: string, name: string, options: OptionValues): Promise<number> {
  const count = integer(options, "count");
  const dataset = withUserDatabase(folder, (user) => findDataset(user, name));
  const rows = openRows(folder, dataset.id);
  const work = startMediaCheck({ rows, mediaRoot: dataset.mediaRoot, ...(count === undefined ? {} : { count }) });
  const shown = process.stderr.isTTY;
  const timer = setInterval(() => {
    if (shown) process.stderr.write(`\r\x1b[K${work.progress.done} of ${work.progress.total} media`);
  }, 500);
  await work.ended;
  clearInterval(timer);
  if (shown) process.stderr.write("\r\x1b[K");
  const broken = rows
    .prepare("SELECT path, reason, remedy FROM media WHERE state = 3 ORDER BY path LIMIT 100")
    .all() as {
    path: string;
    reason: string;
    remedy: string;
  }[];
  rows.close();
  for (const one of broken) console.log(`${one.path}: ${one.reason}. ${one.remedy}`);
  return report(folder, dataset.id, options);
}

function remove(folder: string, name: string): number {
  const removed = withUserDatabase(folder, (user) => {
    const dataset = findDataset(user, name);
    removeDataset(user, folder, dataset.id);
    return dataset;
  });
  console.log(`"${removed.name}" is forgotten. ${removed.file} and its media were left alone.`);
  return 0;
}

function list(folder: string, options: OptionValues): number {
  const datasets = withUserDatabase(folder, (user) => summariseDatasets(folder, user));
  if (options["json"]) console.log(JSON.stringify(datasets, null, 2));
  else if (datasets.length === 0) console.log('There is no dataset yet. "secondlook data import FILE" adds one.');
  else {
    const rows = datasets.map(({ name, rows, badRows, media, file }) => {
      return [name, String(rows), String(badRows), `${media.total - media.missing}/${media.total}`, file];
    });
    console.log(table(["name", "rows", "unusable", "media there", "file"], rows));
  }
  return 0;
}
