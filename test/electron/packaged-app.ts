/** Packages the app from the sources as they are, and opens what was packaged. */
import { spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DevtoolsPage } from "./devtools-page.ts";
import { giveUp } from "./runtime.ts";
import type { OrdinaryUser } from "./user.ts";

const PACKAGED = join("out", `Secondlook-linux-${process.arch}`);

/** Runs Forge (`package` or `make`) with the test runtime as its Electron, unless ELECTRON_ZIP_DIR names another. */
export function runForge(command: "package" | "make"): string {
  // For whoever works on the test.
  if (process.argv.includes("--reuse") && existsSync(PACKAGED)) return PACKAGED;
  const asked = process.env["ELECTRON_ZIP_DIR"];
  const zips = asked ?? mkdtempSync(join(tmpdir(), "secondlook-electron-"));
  const run = (args: readonly string[]): void => {
    const done = spawnSync(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      env: { ...process.env, ELECTRON_ZIP_DIR: zips },
    });
    if (done.status !== 0) giveUp(`"${args.join(" ")}" failed:\n${done.stdout}${done.stderr}`);
  };
  if (!asked) run(["scripts/electron-offline.mjs", "--zip", zips]);
  rmSync(PACKAGED, { recursive: true, force: true });
  run(["node_modules/@electron-forge/cli/dist/electron-forge.js", command]);
  if (!asked) rmSync(zips, { recursive: true });
  if (!existsSync(join(PACKAGED, "secondlook"))) giveUp(`Forge said nothing, and there is no ${PACKAGED}/secondlook.`);
  return PACKAGED;
}

export interface OpenApp {
  readonly child: ChildProcess;
  readonly page: DevtoolsPage;
  /** Where Chromium's remote debugging listens. */
  readonly port: number;
  /** Milliseconds from the start of the process to the first look at the connected page. */
  readonly usableMs: number;
  close(): Promise<void>;
}

const DEBUGGING = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//;

/** Starts the packaged program as `user` and waits until its window is connected to the service. */
export async function openPackaged(
  binary: string,
  user: OrdinaryUser,
  args: readonly string[],
  shows = "Connected to the service",
): Promise<OpenApp> {
  const started = performance.now();
  const child = user.start(binary, [
    "--remote-debugging-port=0",
    `--user-data-dir=${join(user.home, "profile")}`,
    ...args,
  ]);
  let output = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr!.on("data", () => {
      const match = DEBUGGING.exec(output);
      if (match) resolve(Number(match[1]));
    });
    void ended.then(() => reject(new Error(`${binary} ended with code ${child.exitCode}:\n${output}`)));
  });
  const page = await DevtoolsPage.attach(port);
  await page.shows(shows, 40_000);
  const usableMs = performance.now() - started;
  const close = async (): Promise<void> => {
    await page.call("Page.close").catch(() => undefined);
    page.close();
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  };
  return { child, page, port, usableMs, close };
}
