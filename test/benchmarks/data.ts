/**
 * `npm run bench -- data`: a file of 263,071 rows with the published composition is imported in a process of its own, then
 * paged, filtered and searched by the service's own functions. `--traces` takes the CoT file's size and its traces.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatasetFilter } from "../../contract/methods.ts";
import { makeHistograms } from "../../workbench/library/dataset-histograms.ts";
import { rowReader, RowLists, type RowSort } from "../../workbench/library/dataset-rows.ts";
import { openRows } from "../../workbench/library/rows-database.ts";
import { writePublishedRows } from "./published-rows.ts";

const ID = "d-000000000001";
const PAGE = 100;

interface Import {
  readonly wallSec: number;
  readonly processorSec: number;
  readonly peakBytes: number;
}

export async function benchData(args: readonly string[]): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "secondlook-bench-"));
  try {
    const file = join(data, "rows.json");
    const mediaRoot = join(data, "media");
    mkdirSync(mediaRoot);
    const { rows, bytes } = writePublishedRows(file, { traces: args.includes("--traces") });
    const done = await importInChild({ data, id: ID, file, mediaRoot });
    const lines: [what: string, value: string, bar: string][] = [
      ["rows, file", `${rows}, ${(bytes / 1e6).toFixed(0)} MB`, ""],
      ["import, wall time", `${done.wallSec.toFixed(1)} s`, "< 20 s"],
      ["import, processor time", `${done.processorSec.toFixed(1)} s`, ""],
      ["import, peak memory", `${(done.peakBytes / 2 ** 20).toFixed(0)} MB`, "bounded"],
      ...measureQueries(data, rows),
    ];
    console.log("Times of queries are wall time, in brackets the processor's; medians.");
    for (const [what, value, bar] of lines) console.log(`${what.padEnd(44)} ${value.padStart(16)}  ${bar}`);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Peak memory and processor time as the kernel counts them for the importing process. */
async function importInChild(request: object): Promise<Import> {
  const script = "workbench/library/import-main.ts";
  const started = performance.now();
  const child = spawn(process.execPath, [script, JSON.stringify(request)], { stdio: ["ignore", "ignore", "inherit"] });
  let peakBytes = 0;
  let ticks = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      ticks = Math.max(ticks, Number(fields[11]) + Number(fields[12]));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`The import ended with ${String(code)}.`);
  const ticksPerSecond = 100;
  return { wallSec: (performance.now() - started) / 1000, processorSec: ticks / ticksPerSecond, peakBytes };
}

/** Milliseconds; on a busy machine only the processor's are the work's own. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

function timed(work: () => unknown): Time {
  const before = process.cpuUsage();
  const started = performance.now();
  work();
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1000 };
}

function middle(times: readonly Time[]): string {
  const median = (values: readonly number[]): string =>
    values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(1);
  return `${median(times.map(({ wall }) => wall))} (${median(times.map(({ processor }) => processor))}) ms`;
}

function measureQueries(data: string, rows: number): [string, string, string][] {
  const database = openRows(data, ID);
  const readRow = rowReader(database);
  const page = (lists: RowLists, filter: DatasetFilter, sort: RowSort, from: number): Time =>
    timed(() => {
      for (const row of lists.get(filter, sort).subarray(from, from + PAGE)) readRow(row);
    });
  /** The median of five lists that were not made before. */
  const fresh = (filter: DatasetFilter, sort: RowSort = "row"): string =>
    middle(Array.from({ length: 5 }, () => page(new RowLists(database), filter, sort, 0)));
  const kept = new RowLists(database);
  page(kept, {}, "row", 0);
  const scrolled = Array.from({ length: 200 }, (_, place) => page(kept, {}, "row", Math.floor((place * rows) / 200)));
  const lines: [string, string, string][] = [
    ["first page of all rows", fresh({}), "< 150 ms"],
    ["any page of them", middle(scrolled), "< 16 ms"],
    ["filter by type and medium", fresh({ problemTypes: ["numerical"], dataType: "image" }), "< 50 ms"],
    ["filter by source", fresh({ sources: ["STAR"] }), "< 50 ms"],
    ["search for two words", fresh({ text: "triangle collide" }), "< 150 ms"],
    ["search for the beginning of a word", fresh({ text: "tri", dataType: "video" }), "< 150 ms"],
    ["order by length of answer", fresh({}, "longest answer"), ""],
    ["histograms", middle([timed(() => makeHistograms(database))]), ""],
  ];
  database.close();
  return lines;
}
