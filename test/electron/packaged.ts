/**
 * The packaged app, made by Forge from the sources as they are and used by an ordinary user in Chromium's sandbox: what it
 * holds, what it lets nobody do, where it runs from, and that training goes on when the app's folder is gone. With `--make`
 * also the zip and the Debian package, unpacked and started.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { TestClient } from "../../workbench/testing/client.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import { makeTinyWorld, TINY_OVERRIDES } from "../support/tiny-run.ts";
import { checkContents, checkFuses, checkWindow } from "./checklist.ts";
import { claim, endAfter, screenshotFile } from "./claims.ts";
import { DevtoolsPage } from "./devtools-page.ts";
import { openPackaged, runForge, type OpenApp } from "./packaged-app.ts";
import { electronBinary, requireScreen } from "./runtime.ts";
import { OrdinaryUser } from "./user.ts";

requireScreen("test/electron/packaged.ts");
electronBinary();
const makes = process.argv.includes("--make");
const folder = mkdtempSync(join(tmpdir(), "secondlook-packaged-"));
const data = join(folder, "data");
const app = join(folder, "Secondlook");
const binary = join(app, "secondlook");
mkdirSync(data);
const user = new OrdinaryUser(folder);
const opened: OpenApp[] = [];

interface ServiceRecord {
  readonly pid: number;
  readonly address: string;
}
const service = (): ServiceRecord => JSON.parse(readFileSync(join(data, DATA_FOLDER.service), "utf8")) as ServiceRecord;

function clearUp(): void {
  for (const { child } of opened) child.kill("SIGKILL");
  // Whatever runs from below the data folder was started by this test.
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/exe`).startsWith(`${data}/`)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // Ended meanwhile, or not ours to look at.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
const megabytes = (path: string): string => {
  const { stdout } = spawnSync("du", ["-sm", "--apparent-size", path], { encoding: "utf8" });
  return `${stdout.split("\t")[0]} MB`;
};

async function open(program: string, args: readonly string[] = []): Promise<OpenApp> {
  const app = await openPackaged(program, user, ["--data", data, ...args]);
  opened.push(app);
  return app;
}

/** A run through the service's own way in, as the launch form does it; returns its journal. */
async function launch(): Promise<string> {
  const world = await makeTinyWorld(join(folder, "world"));
  user.own(join(folder, "world"));
  const token = readFileSync(join(data, DATA_FOLDER.token), "utf8").trim();
  const client = await TestClient.connect(service().address, { token });
  const file = (name: string): string => join(world.pack, name);
  const { run } = await client.call("runs.launch", {
    recipe: "video-r1",
    preset: "tiny",
    seed: 7,
    name: "Launched from a package",
    model: world.model,
    overrides: { ...TINY_OVERRIDES, "rl.steps": 4000, "evaluation.every": 5000, "checkpoint.every": 5000 },
    data: {
      train: file("train.json"),
      sft: file("sft.json"),
      validation: file("validation.json"),
      mediaRoot: world.pack,
    },
  });
  client.close();
  return join(data, DATA_FOLDER.runs, run, "journal.0.ndjson");
}

/** Steps that a run's journal tells of. */
const stepsIn = (journal: string): number => {
  try {
    return readJournal(journal).filter(({ type }) => type === "step").length;
  } catch {
    return 0;
  }
};

async function firstStart(): Promise<string> {
  const { page, child, usableMs, close } = await open(binary);
  await page.screenshot(screenshotFile("packaged-first"));
  claim(
    `opened for the first time by an ordinary user: usable after ${usableMs.toFixed(0)} ms, copy of the program included`,
  );
  const [runtime] = readdirSync(join(data, DATA_FOLDER.runtime)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const copy = join(data, DATA_FOLDER.runtime, runtime!);
  assert.equal(readlinkSync(`/proc/${service().pid}/exe`), join(copy, "node"));
  assert.deepEqual(page.problems, []);
  await checkWindow(page, child.pid!);
  // What was refused just now is in the page's log.
  page.problems.length = 0;

  const again = await user.run(binary, [
    `--user-data-dir=${join(user.home, "profile")}`,
    "--data",
    data,
    "secondlook://launch?recipe=x",
  ]);
  assert.equal(again.code, 0, again.output);
  assert.doesNotMatch(await page.evaluate<string>("location.hash"), /launch/);
  await user.run(binary, [`--user-data-dir=${join(user.home, "profile")}`, "--data", data, "secondlook://system"]);
  await waitFor("the linked screen", async () => (await page.evaluate("location.hash")) === "#/system", 10_000);
  claim("a second start hands its link to the first window and ends; a link to the launch form leads nowhere");

  const journal = await launch();
  await waitFor(
    "training steps",
    () => stepsIn(journal) >= 3,
    60_000,
    () => readFileSync(join(journal, "..", "worker.log"), "utf8"),
  );
  assert.ok(readJournal(journal).some((event) => JSON.stringify(event).includes(runtime!)));
  await page.evaluate(`void (location.hash = "#/runs")`);
  await page.shows("Launched from a package");
  await page.screenshot(screenshotFile("packaged-run"));
  claim("a run launched in it trains, from the copied program, whose hash its journal names");
  assert.deepEqual(page.problems, []);
  await close();
  return journal;
}

async function floorPulledAway(journal: string): Promise<void> {
  renameSync(app, `${app}.moved`);
  const before = stepsIn(journal);
  const { pid } = service();
  await waitFor("steps without the app's folder", () => stepsIn(journal) >= before + 3, 30_000);
  process.kill(pid, 0);
  claim(
    `with the window closed and the app's folder gone, the run goes on: ${before} steps then, ${stepsIn(journal)} now`,
  );
  renameSync(`${app}.moved`, app);
  const old = oldCopies();
  const again = await open(binary);
  assert.equal(service().pid, pid);
  await waitFor("the end of the old copy", () => !existsSync(old.unused), 20_000);
  assert.ok(existsSync(old.used), "a copy that something runs from was removed");
  old.end();
  claim("of the program's older copies one goes that nothing runs from, and one stays that something runs from");
  await again.page.shows("Launched from a package");
  claim(`opened again, it finds service and run: usable after ${again.usableMs.toFixed(0)} ms`);
  await crashAndReturn(again);
  again.child.kill("SIGTERM");
}

/** Two copies of the program that an earlier version left; something still runs from the second one. */
function oldCopies() {
  const [unused, used] = ["0", "1"].map((digit) => join(data, DATA_FOLDER.runtime, digit.repeat(16))) as [
    string,
    string,
  ];
  for (const copy of [unused, used]) {
    mkdirSync(copy);
    copyFileSync("/bin/sleep", join(copy, "node"));
    writeFileSync(join(copy, "runtime.json"), "{}");
    utimesSync(join(copy, "runtime.json"), 1, 1);
    user.own(copy);
  }
  const sleeper = spawn(join(used, "node"), ["600"], { stdio: "ignore" });
  return { unused, used, end: () => sleeper.kill() };
}

/** The page's process dies: the window says so, and leads back. */
async function crashAndReturn({ page, port }: OpenApp): Promise<void> {
  await page.call("Page.crash").catch(() => undefined);
  page.close();
  const after = await DevtoolsPage.attach(port);
  await after.shows("page has stopped");
  await after.screenshot(screenshotFile("packaged-crashed"));
  await after.evaluate("void document.querySelector('a').click()");
  await after.shows("Connected to the service");
  after.close();
  claim("a page that crashed says so, says that training goes on, and comes back with a click");
}

/** Median of three starts with the program's copy there and no service. */
async function coldStarts(program: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    process.kill(service().pid, "SIGTERM");
    await waitFor("the service's end", () => !readdirSync(data).includes(DATA_FOLDER.service), 10_000);
    const { usableMs, close } = await open(program);
    times.push(usableMs);
    await close();
  }
  return times.sort((a, b) => a - b)[1]!;
}

/** The artefacts that Forge made, unpacked as their users would, and started. */
async function checkMade(): Promise<void> {
  const made = readdirSync("out/make", { recursive: true, encoding: "utf8" }).map((name) => join("out/make", name));
  const [zip, deb] = [".zip", ".deb"].map((ending) => made.find((name) => name.endsWith(ending))!);
  for (const [file, command, program] of [
    [
      zip!,
      ["unzip", "-q", zip!, "-d", join(folder, "zip")],
      join("zip", `Secondlook-linux-${process.arch}`, "secondlook"),
    ],
    [deb!, ["dpkg-deb", "-x", deb!, join(folder, "deb")], join("deb", "usr", "bin", "secondlook")],
  ] as const) {
    const done = spawnSync(command[0]!, command.slice(1), { stdio: "inherit" });
    assert.equal(done.status, 0, command.join(" "));
    // The zip is unpacked by whoever uses it, the Debian package by root.
    if (file === zip) user.own(join(folder, "zip"));
    const { usableMs, close } = await open(join(folder, program));
    await close();
    claim(
      `${file.split("/").at(-1)!}, ${(statSync(file).size / 1e6).toFixed(0)} MB: unpacked and started, usable after ${usableMs.toFixed(0)} ms`,
    );
  }
}

let failed = false;
try {
  const packaged = runForge(makes ? "make" : "package");
  // From here on: how long packaging takes is the machine's business, and it tells of itself meanwhile.
  endAfter(makes ? 480_000 : 300_000, clearUp);
  // To where any user may look, and where it can be taken away from again.
  assert.equal(spawnSync("cp", ["-r", "--reflink=auto", packaged, app]).status, 0);
  chmodSync(app, 0o755);
  // As the Debian package installs it: for kernels where ordinary users make no namespaces.
  if (process.getuid?.() === 0) chmodSync(join(app, "chrome-sandbox"), 0o4755);
  claim(
    `Forge packages the app: ${megabytes(app)}, ${megabytes(join(app, "resources", "service"))} of them service and engine`,
  );
  checkContents(app);
  await checkFuses(binary, user);
  user.own(data);
  const journal = await firstStart();
  await floorPulledAway(journal);
  claim(`started cold, with the copy there and no service: usable after ${(await coldStarts(binary)).toFixed(0)} ms`);
  if (makes) await checkMade();
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  clearUp();
}
process.exit(failed ? 1 : 0);
