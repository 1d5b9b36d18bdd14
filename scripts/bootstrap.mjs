// What `npm run demo`, `npm start` and `npm test` go through. Runs on the system's Node (20 or newer) without
// dependencies: installs packages, builds the engine and the window where something changed, then hands over to the
// pinned Node 24 of node_modules. With nothing to do it costs a few hundred milliseconds.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const say = (text) => process.stderr.write(`secondlook: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

/** Content hash of files and folders, so that a rebuild depends on what changed and not on when it was checked out. */
function fingerprint(paths, skip = () => false) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (skip(child)) continue;
      if (entry.isDirectory()) visit(child);
      else if (entry.isFile()) hash.update(child).update("\0").update(readFileSync(child));
    }
  };
  for (const path of paths) {
    if (!existsSync(path)) continue;
    if (/\.[a-z]+$/.test(path)) hash.update(path).update(readFileSync(path));
    else visit(path);
  }
  return hash.digest("hex");
}

/** Runs `work` unless `stamp` already holds `print`; the stamp is written only when the work succeeded. */
function once(stamp, print, what, work) {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === print) return;
  const started = Date.now();
  say(`${what} …`);
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
  say(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (result.error) fail(`"${command}" could not be started: ${result.error.message}.`);
  if (result.status !== 0) fail(`"${[command, ...args].join(" ")}" failed; its output is above.`);
}

const [script, ...rest] = process.argv.slice(2);
if (!script) fail("usage: node scripts/bootstrap.mjs SCRIPT [arguments]");
if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node ${process.versions.node} is too old to start from; install Node 20 or newer.`);
}

const platforms = ["linux-x64", "linux-arm64", "win32-x64"];
const platform = `${process.platform}-${process.arch}`;
if (!platforms.includes(platform)) {
  fail(
    `The engine runs on Linux x64; ${platform} can only open the window of a service elsewhere (docs/architecture.md).`,
  );
}

once("node_modules/.secondlook-stamp", fingerprint(["package.json", "package-lock.json"]), "installing packages", () =>
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
);

const node = resolve("node_modules/.bin/node");
if (!existsSync(node)) fail("Node 24 is missing from node_modules: delete node_modules and try again.");

if (["1", "true"].includes(process.env.CI ?? "") && !process.env.SECONDLOOK_SYSTEM_READY) {
  run(process.execPath, ["scripts/setup-system.mjs"]);
}
const sources = fingerprint(["native"], (path) => /native\/build|\.test\.ts$|\.ts$/.test(path));
once("native/build/.stamp", sources, "building the engine", () => run(process.execPath, ["scripts/build-native.mjs"]));

const windowSources = fingerprint(["renderer", "science", "contract", "vite.config.ts"], (path) =>
  path.includes(".test."),
);
once("dist/.window-stamp", windowSources, "building the window", () =>
  run(node, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]),
);

const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...rest], {
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: `${resolve("node_modules/.bin")}:${process.env.PATH}`,
    SECONDLOOK_SYSTEM_READY: "1",
  },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
