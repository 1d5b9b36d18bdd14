/** A service in trouble: no room, a twin started at the same moment, a window of another version, a database taken away. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CONTRACT_VERSION } from "../../contract/methods.ts";
import { TestClient } from "../../workbench/testing/client.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { compareLedgers } from "../support/ledger.ts";
import { startCommand, waitFor, type RunningCommand } from "../support/processes.ts";
import { smallDisk, type SmallDisk } from "../support/small-disk.ts";

let data: string;
const services: RunningCommand[] = [];
const disks: SmallDisk[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "secondlook-troubles-"));
});
afterEach(async () => {
  for (const { child, ended } of services.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
  for (const disk of disks.splice(0).reverse()) disk.unmount();
  rmSync(data, { recursive: true, force: true });
});

function serve(): RunningCommand {
  const service = startCommand(["serve", "--no-open", "--stay", "--data", data]);
  services.push(service);
  return service;
}
async function addressOf(service: RunningCommand): Promise<{ address: string; token: string }> {
  const said = () => /at (http\S+)\/#token=(\w+)/.exec(service.output());
  const [, address, token] = await waitFor("the service's address", said, 60_000, service.output);
  return { address: address!, token: token! };
}
const syntheticRun = (id: string): SyntheticRun =>
  new SyntheticRun({ dataFolder: data, id, steps: 60, seed: 1, startTime: Date.now(), prompts: 0, videos: false });
const indexed = (run: string, service: RunningCommand) =>
  waitFor("the index", () => compareLedgers(data, run).lost.length === 0, 60_000, service.output);
const clean = { lost: [], doubled: [], gaps: [] };

it("two services started at once: one serves, the other points to it and ends well", async () => {
  const twins = [serve(), serve(), serve()];
  const places = await Promise.all(twins.map(addressOf));
  expect(new Set(places.map(({ address }) => address)).size).toBe(1);
  const serving = twins.filter((twin) => twin.output().startsWith("Secondlook is at"));
  expect(serving).toHaveLength(1);
  for (const twin of twins) if (twin !== serving[0]) expect(await twin.ended, twin.output()).toBe(0);
  const client = await TestClient.connect(places[0]!.address, { token: places[0]!.token });
  expect(await client.call("runs.list", {})).toEqual([]);
  client.close();
});

it("refuses a window of another version with a sentence, and goes on serving its own", async () => {
  const { address, token } = await addressOf(serve());
  for (const contract of [CONTRACT_VERSION - 1, CONTRACT_VERSION + 1]) {
    await expect(TestClient.connect(address, { token, contract })).rejects.toThrow(
      `the window speaks version ${contract} and the service ${CONTRACT_VERSION}`,
    );
  }
  const client = await TestClient.connect(address, { token });
  expect(await client.call("runs.list", {})).toEqual([]);
  client.close();
});

it("a torn last line waits, a damaged one is counted and named, and nothing beside them is touched", async () => {
  const run = syntheticRun("torn");
  while (run.step());
  const journal = join(run.folder, "journal.0.ndjson");
  const whole = readFileSync(journal);
  const lines = whole.toString("utf8").split("\n");
  lines.splice(5, 0, '{"v":1,"attempt":1,"type":"step","st\u0000ep":');
  writeFileSync(journal, lines.join("\n") + '{"v":1,"attempt":1,"seq":9');
  const service = serve();
  await addressOf(service);
  await indexed("torn", service);
  expect(compareLedgers(data, "torn")).toMatchObject(clean);
  expect(compareLedgers(data, "torn").events).toBe(whole.toString("utf8").trimEnd().split("\n").length);
});

it("builds a deleted or damaged database again, with the same contents", async () => {
  const run = syntheticRun("kept");
  while (run.step());
  for (const harm of [() => undefined, remove, damage]) {
    harm();
    const service = serve();
    await addressOf(service);
    await indexed("kept", service);
    expect(compareLedgers(data, "kept")).toMatchObject(clean);
    service.child.kill("SIGTERM");
    expect(await service.ended, service.output()).toBe(0);
  }
});
function remove(): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(data, `index.db${suffix}`), { force: true });
}
function damage(): void {
  writeFileSync(join(data, "index.db"), "this was a database");
  truncateSync(join(data, "index.db"), 10);
}

it("says what is lost and what is not when the database of what people decided is damaged, and touches nothing", async () => {
  const file = join(data, "user.db");
  const damaged = "this was a database, and is still as long as one that would be looked at ".repeat(20);
  writeFileSync(file, damaged);
  writeFileSync(`${file}.before-3`, "a copy");
  const service = serve();
  expect(await service.ended).not.toBe(0);
  expect(service.output()).toMatch(
    /user\.db is damaged .*user\.db\.before-3.*Runs, journals and answers do not lie in it/,
  );
  expect(service.output()).not.toMatch(/^\s+at /m);
  expect(readFileSync(file, "utf8")).toBe(damaged);
});

it("a service on a full disk goes on answering, says why it cannot index, and catches up when there is room", async () => {
  const disk = smallDisk(data, 4);
  if (disk === null) return;
  // The journals lie on a disk of their own, that has room.
  disks.push(disk, smallDisk(join(data, "runs"), 64)!);
  const service = serve();
  const { address, token } = await addressOf(service);
  const client = await TestClient.connect(address, { token });
  const run = syntheticRun("run");
  const ballast = join(data, "ballast");
  for (let bytes = 4 << 20; bytes >= 4096; bytes >>= 1) {
    try {
      writeFileSync(ballast, Buffer.alloc(bytes), { flag: "a" });
    } catch {
      // Full to the last page in the end.
    }
  }
  while (run.step());
  await waitFor("a sentence", () => /disk is full/.test(service.output()), 30_000, service.output);
  expect(await client.call("runs.list", {})).toBeInstanceOf(Array);
  disk.remount("size=64m");
  await indexed("run", service);
  expect(compareLedgers(data, "run")).toMatchObject(clean);
  client.close();
});
