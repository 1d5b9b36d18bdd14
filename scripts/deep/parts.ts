/** The parts of `npm run test:deep`, and the record of how each of them last went. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface DeepPart {
  /** What it is asked for by. */
  readonly name: string;
  readonly title: string;
  /** Arguments for Node. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Far above its usual time: what takes longer hangs. */
  readonly limitMinutes: number;
  /** Finds the line of its output that says what came out. */
  readonly says: RegExp;
}

const CASES = { SECONDLOOK_FUZZ_CASES: "100000" };
const tests = (config: string, ...files: string[]) => [
  ...["node_modules/vitest/vitest.mjs", "run", "--config", config],
  ...files,
];

export const DEEP_PARTS: readonly DeepPart[] = [
  {
    name: "damaged",
    title: "100,000 damaged configs, weight files and odd pictures, under sanitizers of memory and behaviour",
    args: ["scripts/sanitizers.mjs", "address,undefined", "damaged"],
    environment: CASES,
    limitMinutes: 60,
    says: /^\d+ tests, \d+ failures$/,
  },
  {
    name: "fuzz",
    title: "100,000 odd answers, records and journal lines; 1,000 odd requests of each method of the window",
    args: tests("vitest.hostile.config.ts", "test/hostile/fuzz.test.ts", "test/hostile/methods.test.ts"),
    environment: CASES,
    limitMinutes: 30,
    says: /^ *Tests +.*(passed|failed)/,
  },
  {
    name: "races",
    title: "the core's tests under the thread sanitizer",
    args: ["scripts/sanitizers.mjs", "thread"],
    limitMinutes: 45,
    says: /^\d+ tests, \d+ failures$/,
  },
  {
    name: "cuda",
    title: "CUDA for every kind of device that is shipped",
    args: ["scripts/cuda-report.mjs", "--all"],
    limitMinutes: 60,
    says: /^CUDA: /,
  },
  {
    name: "soak",
    title: "200 kills of workers, services and windows",
    args: tests("vitest.faults.config.ts", "test/faults/soak.test.ts"),
    environment: { SECONDLOOK_SOAK: "200" },
    limitMinutes: 90,
    says: /soak: /,
  },
  {
    name: "packages",
    title: "zip and Debian package, made, unpacked and started",
    args: ["test/electron/packaged.ts", "--make"],
    limitMinutes: 40,
    says: /unpacked and started/,
  },
  {
    name: "electron",
    title: "whether the pinned Electron is still looked after",
    args: ["scripts/electron-current.mjs"],
    limitMinutes: 2,
    says: /^Electron /,
  },
];

/** The parts that are asked for; all of them where none is. @throws RangeError for a name that none has. */
export function partsNamed(names: readonly string[]): readonly DeepPart[] {
  const unknown = names.filter((name) => !DEEP_PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    const known = DEEP_PARTS.map(({ name }) => name).join(", ");
    throw new RangeError(`No part is called ${unknown.join(", ")}; there are: ${known}.`);
  }
  return DEEP_PARTS.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** How a part last went. */
export interface DeepResult {
  readonly ok: boolean;
  readonly seconds: number;
  /** Day, as in 2026-11-21. */
  readonly date: string;
  readonly commit: string;
  readonly line: string;
}
export type DeepRecord = Readonly<Record<string, DeepResult>>;

export function readRecord(file: string): DeepRecord {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DeepRecord) : {};
}

export function writeRecord(file: string, record: DeepRecord): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, null, 1)}\n`);
}

/** The last line of an output that says what came out, without colours; the limit or the last line where none does. */
export function lineOf(part: DeepPart, output: string, timedOut: boolean): string {
  if (timedOut) return `not finished after ${part.limitMinutes} minutes`;
  // eslint-disable-next-line no-control-regex -- Colours of terminals.
  const lines = output.replaceAll(/\x1b\[[0-9;]*m/g, "").split("\n");
  const said = lines.findLast((line) => part.says.test(line)) ?? lines.findLast((line) => line.trim() !== "") ?? "";
  return said.trim().replaceAll(/\s+/g, " ");
}

/** One line a part: of those that were not run now, how they went when they last were. */
export function tableOf(record: DeepRecord): string {
  return DEEP_PARTS.map(({ name, title }) => {
    const result = record[name];
    if (!result) return `${"not run".padEnd(8)} ${name.padEnd(9)} ${title}`;
    const { ok, seconds, date, commit, line } = result;
    const time = `${seconds.toFixed(0).padStart(6)} s`;
    return `${(ok ? "passed" : "FAILED").padEnd(8)} ${name.padEnd(9)} ${time}  ${date} ${commit}  ${line}`;
  }).join("\n");
}
