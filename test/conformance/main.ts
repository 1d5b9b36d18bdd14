/**
 * Compares the product with a folder of reference vectors: `npm run conformance -- DIR [--sections a,b] [--precision float32|bf16] [--device cpu|cuda] [--json FILE]`.
 * Any folder of the same layout works. Ends with `N passed, N failed, N not yet`; exit 1 on a failure, 2 when something that
 * was asked for is missing.
 */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkpointFolders } from "./checkpoints.ts";
import { closeEngine, useDevice } from "./engine.ts";
import { indexTableRows } from "./index-tables.ts";
import { metricsSection } from "./metrics.ts";
import { modelSection, type Precision } from "./model.ts";
import { optimSection } from "./optim.ts";
import { preprocessSection } from "./preprocess.ts";
import { MissingInput, Section, type Row } from "./report.ts";
import { rlSection } from "./rl.ts";
import { samplingSection } from "./sampling.ts";
import { tokenizerSection } from "./tokenizer.ts";

type Runner = (directory: string, section: Section) => Promise<void>;

const USAGE =
  "Usage: npm run conformance -- DIR [--sections a,b] [--precision float32|bf16] [--device cpu|cuda] [--json FILE]";

/** Sections of a folder, in the order of the report. */
function sectionsOf(directory: string, precision: Precision): Map<string, Runner> {
  const models = checkpointFolders(directory).map((name): [string, Runner] => [
    `model/${name}`,
    (folder, section) => modelSection(folder, name, section, precision),
  ]);
  return new Map<string, Runner>([
    ["tokenizer", tokenizerSection],
    ["preprocess", preprocessSection],
    ["model/tables", indexTableRows],
    ...models,
    ["rl", rlSection],
    ["metrics", metricsSection],
    ["sampling", samplingSection],
    ["optim", optimSection],
  ]);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sections: { type: "string" },
      json: { type: "string" },
      precision: { type: "string", default: "float32" },
      device: { type: "string", default: "cpu" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const directory = positionals[0];
  if (directory === undefined || positionals.length > 1) throw new MissingInput(`Name one reference folder. ${USAGE}`);
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new MissingInput(
      `There is no folder ${directory}: give the folder that holds tokenizer/, rl/, model/ and so on.`,
    );
  }
  const { precision } = values;
  if (precision !== "float32" && precision !== "bf16")
    throw new MissingInput(`There is no precision "${precision}": choose float32 or bf16.`);
  const { device } = values;
  if (device !== "cpu" && device !== "cuda")
    throw new MissingInput(`There is no device "${device}": choose cpu or cuda.`);
  await useDevice(device);
  const known = sectionsOf(directory, precision);
  const wanted = values.sections?.split(",").map((name) => name.trim()) ?? [...known.keys()];
  for (const name of wanted) {
    if (!known.has(name))
      throw new MissingInput(`There is no section "${name}" for ${directory}. Known: ${[...known.keys()].join(", ")}.`);
  }
  const rows: Row[] = [];
  for (const name of wanted) {
    const section = new Section(name);
    await known.get(name)!(directory, section);
    section.rows.forEach(printRow);
    rows.push(...section.rows);
  }
  console.log("");
  for (const name of wanted)
    printSummary(
      name,
      rows.filter((row) => row.section === name),
    );
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ directory, precision, device, rows }, null, 2)}\n`);
  console.log(total(rows));
  return rows.some((row) => row.state === "failed") ? 1 : 0;
}

function printRow(row: Row): void {
  const error = row.worst === null ? "" : `  worst ${row.worst.toExponential(1)} of ${row.tolerance!.toExponential(0)}`;
  const detail = row.detail === "" ? "" : `  ${row.detail}`;
  console.log(`${row.state.padEnd(8)} ${row.section}  ${row.name}  (${row.count})${error}${detail}`);
}

function printSummary(name: string, rows: readonly Row[]): void {
  const count = (state: Row["state"]): number => rows.filter((row) => row.state === state).length;
  const compared = rows.reduce((sum, row) => sum + row.count, 0);
  // The worst error as a share of what is allowed.
  const worst = Math.max(0, ...rows.map((row) => (row.worst === null ? 0 : row.worst / row.tolerance!)));
  console.log(
    `${name.padEnd(30)} ${String(count("passed")).padStart(4)} passed ${String(count("failed")).padStart(4)} failed ` +
      `${String(count("not yet")).padStart(4)} not yet   ${compared} comparisons, worst error ${(worst * 100).toPrecision(2)} % of the tolerance`,
  );
}

function total(rows: readonly Row[]): string {
  const count = (state: Row["state"]): number => rows.filter((row) => row.state === state).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("not yet")} not yet`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof MissingInput) && !(error instanceof TypeError && "code" in error)) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  await closeEngine();
}
