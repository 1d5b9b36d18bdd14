/** Packages the app from the sources as they are, and opens what was packaged. */
import { spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DevtoolsPage } from "./devtools-page.ts";
import { giveUp } from "./runtime.ts";
import type { OrdinaryUser } from "./user.ts";

const PACKAGED = join("out", `Secondlook-linux-${process.arch}`);

/** Packages with the test runtime as Electron, unless ELECTRON_ZIP_DIR names another; says what it does meanwhile. */
export function runForge(command: "package" | "make"): string {
  // For whoever works on the test.
  if (process.argv.includes("--reuse") && existsSync(PACKAGED)) return PACKAGED;
  rmSync(PACKAGED, { recursive: true, force: true });
  const runtime = process.env["ELECTRON_ZIP_DIR"] ? [] : ["--test-runtime"];
  const done = spawnSync(process.execPath, ["scripts/package.ts", command, ...runtime], { stdio: "inherit" });
  if (done.status !== 0) giveUp(`"npm run ${command}" failed; the reason is above.`);
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
