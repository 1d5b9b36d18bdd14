/** Finds the data folder's running service, or starts one that outlives its starter. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { serviceToken } from "../server/token.ts";
import { startScript } from "../scripts.ts";

export interface RunningService {
  readonly address: string;
  readonly pageAddress: string;
  readonly pid: number;
  /** True when this call started it. */
  readonly started: boolean;
}

/** The page's address at one of its views: `fragment` as the window writes it, such as `/runs/ID`. */
export const pageAt = ({ pageAddress }: Pick<RunningService, "pageAddress">, fragment: string): string =>
  pageAddress.replace("/#token=", `/#${fragment}&token=`);

const START_LIMIT_MS = 20_000;

/** The service that answers now; null when none does. */
export async function findService(data: string, started = false): Promise<RunningService | null> {
  try {
    const text = readFileSync(join(data, DATA_FOLDER.service), "utf8");
    const { address, pid } = JSON.parse(text) as { address: string; pid: number };
    process.kill(pid, 0);
    await fetch(address, { method: "HEAD" });
    return { address, pid, started, pageAddress: `${address}/#token=${serviceToken(data)}` };
  } catch {
    return null;
  }
}

/** The service, as soon as it answers; null when none does within 20 s. */
export async function waitForService(data: string, started = false): Promise<RunningService | null> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline) {
    const service = await findService(data, started);
    if (service) return service;
    await delay(100);
  }
  return null;
}

/** @throws when no service answers within 20 s; its output is in `service.log`. */
export async function ensureService(data: string): Promise<RunningService> {
  const running = await findService(data);
  if (running) return running;
  const logFile = join(data, DATA_FOLDER.serviceLog);
  const log = openSync(logFile, "a", 0o600);
  // Not its output: that holds the page's address with the token, which belongs in no log.
  const args = ["serve", "--no-open", "--data", data];
  startScript("workbench/cli.ts", args, { detached: true, stdio: ["ignore", "ignore", log] }).unref();
  closeSync(log);
  const service = await waitForService(data, true);
  if (service) return service;
  throw new Error(`The service did not start within ${START_LIMIT_MS / 1000} s; ${logFile} says why.`);
}
