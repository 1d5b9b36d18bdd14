import { spawn, type ChildProcess } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeOldRuntimes } from "./old-runtimes.ts";

const [OLD, OLDER, PRESENT, NEWER] = ["a", "b", "c", "d"].map((letter) => letter.repeat(16)) as [
  string,
  string,
  string,
  string,
];
const HOUR = 3600;
let data: string;
const children: ChildProcess[] = [];

beforeEach(() => (data = mkdtempSync(join(tmpdir(), "secondlook-runtimes-"))));
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(data, { recursive: true, force: true });
});

const folder = (name: string): string => join(data, "runtime", name);
const left = (): string[] => readdirSync(join(data, "runtime")).sort();

/** A copy of the program, made so many hours ago; its program sleeps. */
function copy(name: string, hoursAgo: number): void {
  mkdirSync(folder(name), { recursive: true });
  copyFileSync("/bin/sleep", join(folder(name), "node"));
  writeFileSync(join(folder(name), "runtime.json"), "{}");
  const at = Date.now() / 1000 - hoursAgo * HOUR;
  utimesSync(join(folder(name), "runtime.json"), at, at);
}

/** Starts a program, and waits until the system runs it. */
async function start(program: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: "ignore" });
  children.push(child);
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

it("removes copies that are older than the present one, with what was compiled of them", async () => {
  copy(OLD, 2);
  copy(OLDER, 3);
  copy(PRESENT, 1);
  copy(NEWER, 0);
  mkdirSync(folder(`${OLD}.compiled`));
  mkdirSync(folder(`${PRESENT}.compiled`));
  mkdirSync(folder("compiled"));
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([OLD, OLDER]);
  expect(left()).toEqual([PRESENT, `${PRESENT}.compiled`, "compiled", NEWER].sort());
});

it("keeps a copy that a run's worker still runs from, until that has ended", async () => {
  copy(OLD, 2);
  copy(OLDER, 3);
  copy(PRESENT, 1);
  const worker = await start(join(folder(OLD), "node"), ["60"]);
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([OLDER]);
  expect(existsSync(join(folder(OLD), "runtime.json"))).toBe(true);
  await end(worker);
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([OLD]);
  expect(left()).toEqual([PRESENT]);
});

it("keeps a copy whose files another program was started with", async () => {
  copy(OLD, 2);
  copy(PRESENT, 1);
  writeFileSync(join(folder(OLD), "worker.mjs"), "setTimeout(() => {}, 60_000);");
  await start(process.execPath, [join(folder(OLD), "worker.mjs")]);
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([]);
});

it("removes nothing while a worker of another machine writes a run in the same data folder", async () => {
  copy(OLD, 2);
  copy(PRESENT, 1);
  mkdirSync(join(data, "runs", "far"), { recursive: true });
  const lease = join(data, "runs", "far", "lease.json");
  writeFileSync(lease, JSON.stringify({ host: "another-machine", pid: 1, processStart: 1, attempt: 1 }));
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([]);
  rmSync(lease);
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([OLD]);
});

it("removes nothing while the present copy is not there, as with a service of another version that serves on", async () => {
  copy(OLD, 2);
  expect(await removeOldRuntimes(data, PRESENT)).toEqual([]);
  expect(await removeOldRuntimes(join(data, "nowhere"), PRESENT)).toEqual([]);
  expect(left()).toEqual([OLD]);
});

it("clears away what was left a day ago by copying, mending and removing that were killed", async () => {
  copy(PRESENT, 1);
  const leftovers = [`${OLD}.4711.tmp`, `${OLD}.damaged`, `${OLDER}.old`];
  const dayAgo = Date.now() / 1000 - 25 * HOUR;
  for (const name of leftovers) {
    mkdirSync(folder(name));
    utimesSync(folder(name), dayAgo, dayAgo);
  }
  mkdirSync(folder(`${NEWER}.4712.tmp`));
  await removeOldRuntimes(data, PRESENT);
  expect(left()).toEqual([PRESENT, `${NEWER}.4712.tmp`]);
});
