/** The benchmarks that this installation knows, and where a data folder keeps their published files. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { parseBenchmark, type Benchmark } from "../../science/evaluation/benchmark.ts";
import { PRODUCT_FOLDER } from "../runs/launch.ts";

const FOLDER = join(PRODUCT_FOLDER, "resources", "benchmarks");

let known: readonly Benchmark[] | null = null;

/** All descriptions, by title. */
export function benchmarks(): readonly Benchmark[] {
  known ??= readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readDescription(join(FOLDER, name)))
    .sort((a, b) => a.title.localeCompare(b.title, "en"));
  return known;
}

export function readDescription(file: string): Benchmark {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new RangeError(`${file} cannot be read (${(error as Error).message}).`, { cause: error });
  }
  return parseBenchmark(value, file);
}

/** @throws RangeError that lists the known ones. */
export function benchmarkById(id: string): Benchmark {
  const found = benchmarks().find((benchmark) => benchmark.id === id);
  if (found) return found;
  throw new RangeError(
    `There is no benchmark "${id}"; known are ${benchmarks()
      .map((one) => one.id)
      .join(", ")}.`,
  );
}

/** Questions that this program writes itself. */
const OWN_FILES: Readonly<Record<string, string>> = {
  "sample-pack-heldout": join(DATA_FOLDER.samplePack, "heldout.json"),
  "impossible-heldout": join("sets", "impossible", "heldout.json"),
  "test-cases": join(DATA_FOLDER.testCases, "cases.json"),
};

/** Where the data folder has a benchmark's questions; null where it has none. */
export function fileInDataFolder(data: string, benchmark: Benchmark): string | null {
  const own = OWN_FILES[benchmark.id];
  if (own !== undefined) return existsSync(join(data, own)) ? join(data, own) : null;
  const folder = join(data, DATA_FOLDER.benchmarks, benchmark.id);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
  const joined = new Set(benchmark.formats.flatMap((format) => format.join?.file ?? []));
  const file = readdirSync(folder)
    .sort()
    .find((name) => /\.(?:jsonl?|csv|txt)$/.test(name) && !joined.has(name));
  return file === undefined ? null : resolve(folder, file);
}
