import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findOrStartService, readAccess, restartService, type ServicePlaces } from "./service.ts";

let data: string;
let places: ServicePlaces;
const strangers: Server[] = [];

/** Holds the lock, says where it listens, and ends when it is asked to: what the shell knows of a service. */
const SERVICE = `
const { createServer } = require("node:net");
const { rmSync, writeFileSync } = require("node:fs");
const data = process.argv[process.argv.indexOf("--data") + 1];
const server = createServer().listen(0, "127.0.0.1", () => {
  writeFileSync(data + "/service.token", "secret");
  writeFileSync(data + "/service.lock", JSON.stringify({ pid: process.pid }));
  writeFileSync(data + "/service.json", JSON.stringify({ address: "http://127.0.0.1:" + server.address().port, pid: process.pid }));
});
process.on("SIGTERM", () => { rmSync(data + "/service.json"); process.exit(0); });
`;

const pid = (): number => (JSON.parse(readFileSync(join(data, "service.json"), "utf8")) as { pid: number }).pid;
const describe = (record: object): void => writeFileSync(join(data, "service.json"), JSON.stringify(record));

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "secondlook-shell-"));
  const [service, closeInherited] = [join(data, "service.cjs"), join(data, "nothing.cjs")];
  writeFileSync(service, SERVICE);
  writeFileSync(closeInherited, "");
  places = { data, node: process.execPath, service, closeInherited, packaged: null };
});
afterEach(() => {
  for (const server of strangers.splice(0)) server.close();
  try {
    if (pid() !== process.pid) process.kill(pid(), "SIGKILL");
  } catch {
    // None was started.
  }
  rmSync(data, { recursive: true, force: true });
});

async function endedPid(): Promise<number> {
  const child = spawn("true");
  await new Promise((resolve) => child.once("close", resolve));
  return child.pid!;
}

it("starts the service once, and finds it again", async () => {
  const [first, second] = await Promise.all([findOrStartService(places), findOrStartService(places)]);
  expect(second).toEqual(first);
  const started = pid();
  expect(await findOrStartService(places)).toEqual(first);
  expect(pid()).toBe(started);
});

it("does not take another program for the service that was killed and whose port it got", async () => {
  const stranger = createServer();
  strangers.push(stranger);
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const { port } = stranger.address() as { port: number };
  writeFileSync(join(data, "service.token"), "secret");
  describe({ address: `http://127.0.0.1:${port}`, pid: await endedPid() });
  expect(readAccess(data)).toBeNull();
  expect((await findOrStartService(places)).address).not.toBe(`http://127.0.0.1:${port}`);
});

it("connects to this machine and to nothing else, whatever the service's file says", () => {
  writeFileSync(join(data, "service.token"), "secret");
  for (const address of ["http://192.0.2.1:80", "http://localhost:80", "http://127.0.0.1.evil.example:80"]) {
    describe({ address, pid: process.pid });
    expect(readAccess(data)).toBeNull();
  }
});

it("starts the service anew: the one of another version ends, the next answers", async () => {
  await findOrStartService(places);
  const before = pid();
  await restartService(places);
  expect(pid()).not.toBe(before);
  expect(() => process.kill(before, 0)).toThrow();
});

it("ends no process that is not the service, though a file may name it", async () => {
  const other = spawn("sleep", ["60"]);
  describe({ address: "http://127.0.0.1:9", pid: other.pid });
  await restartService(places);
  expect(other.exitCode ?? other.signalCode).toBeNull();
  other.kill("SIGKILL");
});

it("says why a service did not start, with the end of its log", async () => {
  writeFileSync(places.service, 'console.error("the disk is full"); process.exit(3);');
  await expect(findOrStartService(places)).rejects.toThrow(/ended with code 3[^]*service\.log[^]*the disk is full/);
});
