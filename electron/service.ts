/** Finds the service of a data folder, or starts it: detached, so that it and the training outlive the window. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join, relative } from "node:path";
import { childEnvironment } from "../contract/child-environment.ts";
import { DATA_FOLDER } from "../contract/run-folder.ts";
import type { ServiceAccess } from "../contract/desktop.ts";
import { COMPILED, removeOldRuntimes } from "./old-runtimes.ts";
import { copiedRuntime, nameOfRuntime, putDamagedAside } from "./runtime.ts";

const START_LIMIT_MS = 30_000;
const END_LIMIT_MS = 15_000;
const POLL_MS = 80;
const LOG_NAME = "service.log";
const LOG_LINES = 12;

export interface ServicePlaces {
  readonly data: string;
  readonly node: string;
  readonly service: string;
  readonly closeInherited: string;
  /** Folder of a packaged program, that `node`, `service` and `closeInherited` lie in; null in development. */
  readonly packaged: string | null;
}

/** Address and token as the service left them; null where either is missing or unreadable. */
export function readAccess(data: string): ServiceAccess | null {
  try {
    const record = JSON.parse(readFileSync(join(data, DATA_FOLDER.service), "utf8")) as Record<string, unknown>;
    const token = readFileSync(join(data, DATA_FOLDER.token), "utf8").trim();
    const { address, port, pid } = record;
    // What a service left that was killed: its port may be somebody else's by now.
    if (typeof pid === "number" && !isAlive(pid)) return null;
    const url =
      typeof address === "string" && address.startsWith("http") ? address : `http://127.0.0.1:${String(port)}`;
    const { hostname, origin } = new URL(url);
    return hostname === "127.0.0.1" && token !== "" ? { address: origin, token } : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether something listens there. Whether it is the service, the window's mutual hello finds out. */
function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address);
  return new Promise((answer) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1000 });
    const finish = (isOpen: boolean) => {
      socket.destroy();
      answer(isOpen);
    };
    socket.once("connect", () => finish(true));
    socket.once("timeout", () => finish(false));
    socket.once("error", () => finish(false));
  });
}

async function runningAccess(data: string): Promise<ServiceAccess | null> {
  const access = readAccess(data);
  return access && (await listens(access.address)) ? access : null;
}

/** The end of the service's log, for the message about a failed start. */
function logTail(data: string): string {
  const file = join(data, LOG_NAME);
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-LOG_LINES).join("\n") : "";
}

let starting: Promise<ServiceAccess> | null = null;

/** The running service, started if need be. Rejects with a sentence that names the log when it does not come up. */
export async function findOrStartService(places: ServicePlaces): Promise<ServiceAccess> {
  const running = await runningAccess(places.data);
  if (running) return running;
  starting ??= start(places).finally(() => {
    starting = null;
  });
  return starting;
}

interface StartPlaces extends ServicePlaces {
  /** Where Node keeps what it compiled. */
  readonly compiled: string;
}

/** The same places in a copy of the packaged program. */
function placesIn(places: ServicePlaces, packaged: string, copy: string): StartPlaces {
  const moved = (path: string): string => join(copy, relative(packaged, path));
  const { node, service, closeInherited } = places;
  const compiled = copy + COMPILED;
  return { ...places, node: moved(node), service: moved(service), closeInherited: moved(closeInherited), compiled };
}

async function start(places: ServicePlaces): Promise<ServiceAccess> {
  const { packaged, data } = places;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (packaged === null) return startFrom({ ...places, compiled: join(data, DATA_FOLDER.runtime, "compiled") });
  const copy = await copiedRuntime(packaged, data);
  try {
    return await startFrom(placesIn(places, packaged, copy));
  } catch (error) {
    // A window of another version may have removed it in between.
    if (existsSync(copy) && !(await putDamagedAside(copy))) throw error;
    return startFrom(placesIn(places, packaged, await copiedRuntime(packaged, data)));
  }
}

/** Removes what earlier versions ran from. What cannot be removed stays: that is no reason to trouble anybody. */
export async function clearOldRuntimes({ packaged, data }: ServicePlaces): Promise<void> {
  if (packaged === null) return;
  try {
    await removeOldRuntimes(data, await nameOfRuntime(packaged));
  } catch (error) {
    console.error(`secondlook: old copies of the program could not be removed: ${(error as Error).message}`);
  }
}

/**
 * Ends the service that runs now, which may be of another version, and starts this one's. Runs are processes of their own
 * and go on. Rejects with a sentence.
 */
export async function restartService(places: ServicePlaces): Promise<void> {
  const pid = runningPid(places.data);
  if (pid !== null) {
    process.kill(pid, "SIGTERM");
    const deadline = Date.now() + END_LIMIT_MS;
    while (isAlive(pid)) {
      if (Date.now() > deadline) throw new Error(`The service, process ${pid}, does not end. End it by hand.`);
      await new Promise((resume) => setTimeout(resume, POLL_MS));
    }
  }
  await findOrStartService(places);
}

/** The process that holds the data folder's lock and wrote where it listens; null when none does. */
function runningPid(data: string): number | null {
  const [described, locked] = [DATA_FOLDER.service, DATA_FOLDER.lock].map((name) => {
    try {
      return (JSON.parse(readFileSync(join(data, name), "utf8")) as { pid?: unknown }).pid;
    } catch {
      return undefined;
    }
  });
  return typeof described === "number" && described === locked && isAlive(described) ? described : null;
}

async function startFrom({ data, node, service, closeInherited, compiled }: StartPlaces): Promise<ServiceAccess> {
  const log = openSync(join(data, LOG_NAME), "a", 0o600);
  let ended: string | null = null;
  const child = spawn(node, ["--require", closeInherited, service, "serve", "--data", data, "--no-open"], {
    detached: true,
    // Not its output: that holds the page's address with the token, which belongs in no log.
    stdio: ["ignore", "ignore", log],
    windowsHide: true,
    cwd: data,
    // Node keeps what it compiled: the next start takes half the time.
    env: { ...childEnvironment(process.env), NODE_COMPILE_CACHE: compiled },
  });
  closeSync(log);
  child.once("error", (error) => (ended = error.message));
  // Code 0: another service came first, and answers soon.
  child.once("exit", (code, signal) => {
    if (code !== 0) ended ??= signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
  });
  child.unref();
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    const access = await runningAccess(data);
    if (access) return access;
    if (ended !== null) break;
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
  const why = ended ?? `it did not answer within ${START_LIMIT_MS / 1000} seconds`;
  throw new Error(
    `The service of ${data} did not start: ${why}. Its log, ${join(data, LOG_NAME)}, ends with:\n${logTail(data)}`,
  );
}
