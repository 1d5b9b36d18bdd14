/**
 * `npm run package` (a folder with the app) and `npm run make` (zip, Debian package, installers): runs Electron Forge, says
 * what it does and how long that has taken, and lists what was made. With `-- --test-runtime` the app gets the old Electron
 * that the tests use, for machines that cannot download the pinned one: to try packaging out, and not for use. Other options
 * are Forge's.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FORGE = "node_modules/@electron-forge/cli/dist/electron-forge.js";
const TEST_RUNTIME = "--test-runtime";
/** A sign of life at least this often. */
const SILENCE_MS = 20_000;
const started = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}`);

const [command, ...options] = process.argv.slice(2);
if (command !== "package" && command !== "make") {
  console.error("usage: node scripts/package.ts package|make [--test-runtime]");
  process.exit(2);
}

/** Runs Forge and passes its lines on; resolves with its exit code and its output. */
function forge(environment: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, [FORGE, command!, ...options.filter((one) => one !== TEST_RUNTIME)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
  });
  let output = "";
  const begun = new Set<string>();
  const alive = setInterval(() => say(`… ${[...begun].at(-1) ?? "starting"}`), SILENCE_MS);
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const lines = (rest + chunk.toString("utf8")).split(/[\r\n]+/);
      rest = lines.pop()!;
      for (const line of lines.filter((one) => one.trim() !== "")) {
        say(line.trim());
        const [, sign, work] = /^(❯|✔)\s+(.*)$/.exec(line.trim()) ?? [];
        if (sign === "❯") begun.add(work!);
        else if (sign === "✔") begun.delete(work!);
        alive.refresh();
      }
    });
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearInterval(alive);
      resolve({ code: code ?? 1, output });
    }),
  );
}

const zips = options.includes(TEST_RUNTIME) ? mkdtempSync(join(tmpdir(), "secondlook-electron-")) : null;
try {
  if (zips !== null) {
    say("the tests' Electron, in the place of the pinned one: what is made from it is not for use");
    const args = ["scripts/electron-offline.mjs", "--zip", zips];
    const { status } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) process.exit(1);
  }
  const { code, output } = await forge({ ...process.env, ...(zips === null ? {} : { ELECTRON_ZIP_DIR: zips }) });
  if (code !== 0) {
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|fetch failed/.test(output))
      console.error(
        "secondlook: Electron's own download cannot be reached from here. ELECTRON_ZIP_DIR names a folder with its zip; " +
          '"-- --test-runtime" tries packaging out with the tests\' Electron.',
      );
    process.exitCode = code;
  } else {
    const folder = join("out", command === "make" ? "make" : ".");
    for (const name of readdirSync(folder, { recursive: command === "make", encoding: "utf8" })) {
      const status = statSync(join(folder, name));
      if (status.isFile()) say(`made ${join(folder, name)}, ${(status.size / 1e6).toFixed(0)} MB`);
      else if (/^Secondlook-/.test(name) && existsSync(join(folder, name, "resources")))
        say(`made ${join(folder, name)}`);
    }
  }
} finally {
  if (zips !== null) rmSync(zips, { recursive: true, force: true });
}
