/* eslint-disable @typescript-eslint/no-require-imports -- CommonJS: Electron loads this file without a bundler */
/* global require, process, console */
// What `electron PATH` runs when the runtime holds no app of its own: finds the app named on the command line, takes over
// its name and version, and loads it. The registry package that the test runtime is made from comes without this part.
const { app } = require("electron");
const { existsSync, readFileSync, statSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, resolve } = require("node:path");

const rest = process.argv.slice(1);
const at = rest.findIndex((argument) => !argument.startsWith("-"));
if (rest.includes("--version") && at < 0) {
  console.log(`v${process.versions.electron}`);
  process.exit(0);
}
if (at < 0) {
  console.error("usage: electron [switches] FOLDER-OR-FILE [arguments]");
  process.exit(1);
}

const target = resolve(rest[at]);
Object.defineProperty(process, "defaultApp", { value: true, enumerable: true });
process.argv = [process.argv[0], target, ...rest.slice(at + 1)];
let folder = dirname(target);
if (statSync(target).isDirectory()) {
  folder = target;
  const manifest = join(target, "package.json");
  if (existsSync(manifest)) {
    const { name, productName, version } = JSON.parse(readFileSync(manifest, "utf8"));
    if (version) app.setVersion(version);
    app.name = productName ?? name ?? app.name;
  }
}
app.setAppPath(folder);
// With a folder given on the command line (`--user-data-dir`) that one stays.
if (!app.commandLine.hasSwitch("user-data-dir")) app.setPath("userData", join(app.getPath("appData"), app.name));
Module._load(Module._resolveFilename(target, null, true), Module, true);
