import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostname } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { openUser } from "../store/databases.ts";
import { temporaryData } from "../testing/temporary.ts";
import { processStart } from "./alive.ts";
import * as launch from "./launch.ts";
import { RunQueue } from "./queue.ts";

const { createRun } = launch;
const start = vi.hoisted(() => ({ started: [] as string[] }));
vi.mock("./launch.ts", async (original) => ({
  ...(await original<typeof launch>()),
  startWorker: (_data: string, run: string) => start.started.push(run),
}));

afterEach(() => start.started.splice(0));

function queueOf(devices: readonly string[], more: { processes?: number } = {}) {
  const data = temporaryData();
  const user = openUser(data);
  const queue = new RunQueue(user, data);
  const runs = devices.map((device, index) => {
    const files = { train: "train.json", mediaRoot: "." };
    const run = { name: `run ${index}`, recipe: "video-r1", preset: "tiny", seed: 1, overrides: {}, model: "m" };
    return createRun(data, { ...run, data: files, device, ...more }).id;
  });
  for (const run of runs) queue.add(run);
  return { data, user, queue, runs };
}

describe("the queue of runs", () => {
  it("starts one run at a time on a device, in order", () => {
    const { queue, runs } = queueOf(["cpu", "cpu"]);
    expect(queue.round([])).toEqual([runs[0]]);
    expect(queue.round([])).toEqual([]);
    expect(queue.round([runs[0]!])).toEqual([]);
    expect(queue.round([])).toEqual([runs[1]]);
    expect(queue.size).toBe(0);
  });

  it("waits for a run that somebody started a moment ago, until it is seen alive or its folder is gone", () => {
    const { data, queue, runs } = queueOf(["cpu", "cpu"]);
    queue.remove(runs[0]!);
    queue.noteStart(runs[0]!);
    expect(queue.list([])[0]!.waitsFor).toBe("Starts when “run 0” has ended.");
    expect(queue.round([])).toEqual([]);
    rmSync(runFolder(data, runs[0]!), { recursive: true });
    expect(queue.round([])).toEqual([runs[1]]);
  });

  it("starts runs on different devices side by side, and lets none overtake on its own", () => {
    const { queue, runs } = queueOf(["cuda:0", "cuda:0", "cuda:1"]);
    expect(queue.round([])).toEqual([runs[0], runs[2]]);
    expect(queue.list([runs[0]!, runs[2]!]).map(({ run, waitsFor }) => [run, waitsFor])).toEqual([
      [runs[1], "Starts when “run 0” has ended."],
    ]);
  });

  it("counts a GPU for each process of a run", () => {
    expect(launch.placesOf({ device: "cuda:1", processes: 3 })).toEqual(["cuda:1", "cuda:2", "cuda:3"]);
    expect(launch.placesOf({ device: "cuda", processes: 2 })).toEqual(["cuda:0", "cuda:1"]);
    expect(launch.placesOf({ device: "cpu", processes: 4 })).toEqual(["cpu"]);
    const { queue, runs } = queueOf(["cuda:0", "cuda:1", "cuda:3"], { processes: 2 });
    expect(queue.round([])).toEqual([runs[0], runs[2]]);
  });

  it("keeps the order that people give it, over a restart of the service", () => {
    const { data, user, queue, runs } = queueOf(["cpu", "cpu", "cpu"]);
    queue.move(runs[2]!, 0);
    user.close();
    const again = new RunQueue(openUser(data), data);
    expect(again.list([]).map(({ run }) => run)).toEqual([runs[2], runs[0], runs[1]]);
  });

  it("does not start a run a second time that a service started before it was killed", () => {
    const { data, queue, runs } = queueOf(["cpu"]);
    const folder = runFolder(data, runs[0]!);
    mkdirSync(folder, { recursive: true });
    const lease = { host: hostname(), pid: process.pid, processStart: processStart(process.pid) ?? 0, attempt: 1 };
    writeFileSync(join(folder, RUN_FOLDER.lease), JSON.stringify(lease));
    queue.round([]);
    expect(start.started).toEqual([]);
    expect(queue.size).toBe(0);
  });
});
