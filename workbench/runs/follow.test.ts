import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { SyntheticRun } from "../testing/synthetic-run.ts";
import { RunFollower } from "./follow.ts";

describe("following a run", () => {
  it("ends with a run that is complete", async () => {
    const data = temporaryData();
    writeSyntheticRun(data, "one", 6, 0);
    const follower = new RunFollower(data);
    expect(await follower.toTheEnd("one", "test")).toMatchObject({ state: "completed", step: 6 });
    follower.close();
  });

  it("waits for a worker that has not taken the lease yet, though an older attempt has ended", async () => {
    const data = temporaryData();
    writeSyntheticRun(data, "one", 6, 0);
    const worker = spawn(process.execPath, ["-e", "setTimeout(() => {}, 700)"]);
    const started = performance.now();
    const follower = new RunFollower(data);
    await follower.toTheEnd("one", "test", worker.pid);
    expect(performance.now() - started).toBeGreaterThan(500);
    follower.close();
  });

  it("says so when the worker vanished", async () => {
    const data = temporaryData();
    const run = new SyntheticRun({ dataFolder: data, id: "one", steps: 6, seed: 1, startTime: 1, prompts: 0 });
    run.step();
    const follower = new RunFollower(data);
    await expect(follower.toTheEnd("one", "test")).rejects.toThrow("the worker ended without a word");
    follower.close();
  });
});
