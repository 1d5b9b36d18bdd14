import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventOf } from "../../contract/journal.ts";
import { readJournal } from "../../test/support/processes.ts";
import { makeRun, makeTinyWorld, startWorker } from "../../test/support/tiny-run.ts";
import { planReplay } from "./replay-plan.ts";
import { replayRandom } from "./replay-random.ts";
import { replayRollout } from "./replay.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-replay-test-"));
const call = { signal: new AbortController().signal, emit: () => undefined };
let run = "";

beforeAll(async () => {
  const world = await makeTinyWorld(folder);
  run = makeRun(folder, world, "replayed", {
    "sft.steps": 1,
    "rl.steps": 3,
    "rl.groupSize": 12,
    "rl.shuffledGroupSize": 6,
    "rl.promptsPerStep": 3,
    "sampling.maxTokens": 8,
    "evaluation.items": 1,
    "checkpoint.every": 1,
  });
  const worker = startWorker(run);
  expect(await worker.ended, worker.output()).toBe(0);
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rolloutsOf = (step: number) =>
  (readJournal(join(run, "journal.0.ndjson")) as EventOf<"rollout">[]).filter(
    (event) => event.type === "rollout" && event.step === step,
  );

describe("a replay of rollouts whose policy was saved", () => {
  it("gives all 100 and more token for token, without an update", async () => {
    let identical = 0;
    for (const step of [2, 3, 4]) {
      const [first] = rolloutsOf(step);
      const result = await replayRollout(folder, { run: "replayed", group: first!.group, index: 0 }, call);
      expect(result).toMatchObject({ updates: 0, identical: true, cause: null, text: first!.text });
      expect(result.identicalInStep).toBe(rolloutsOf(step).length);
      identical += result.identicalInStep;
    }
    expect(identical).toBeGreaterThanOrEqual(100);
  }, 120_000);

  it("is identical for rollouts picked at random too, the same ones for the same seed", async () => {
    const result = await replayRandom(folder, { run: "replayed", count: 20, seed: 1 }, call);
    expect(result).toMatchObject({ rollouts: 20, different: [] });
    expect(result.steps.length).toBeGreaterThan(1);
  }, 120_000);
});

describe("a replay of rollouts whose policy was not saved", () => {
  it("does the updates since the checkpoint before it again, says so first, and is identical too", async () => {
    for (const step of [2, 3]) rmSync(join(run, "checkpoints", `step-00000${step}`), { recursive: true });
    expect(await planReplay(folder, "replayed", 4)).toMatchObject({
      checkpoint: "checkpoints/step-000001-sft",
      updates: 2,
    });
    const last = rolloutsOf(4).at(-1)!;
    const result = await replayRollout(folder, { run: "replayed", group: last.group, index: last.index }, call);
    expect(result).toMatchObject({ updates: 2, identical: true, identicalInStep: rolloutsOf(4).length });
  }, 120_000);

  it("names the first other token and the changed row as its cause", async () => {
    const rows = join(folder, "sample-pack", "train.json");
    const before = readFileSync(rows, "utf8");
    const changed = (JSON.parse(before) as { problem: string }[]).map((row) => ({
      ...row,
      problem: `${row.problem} ?`,
    }));
    writeFileSync(rows, JSON.stringify(changed));
    const { group } = rolloutsOf(2)[0]!;
    const result = await replayRollout(folder, { run: "replayed", group, index: 0 }, call);
    writeFileSync(rows, before);
    expect(result.identical).toBe(false);
    expect(result.identicalInStep).toBeLessThan(result.rolloutsInStep);
    expect(result.cause).toContain("The prompt's text is another one");
    expect(result.firstDifference?.logged?.id).not.toBe(result.firstDifference?.again?.id);
  }, 120_000);
});

describe("what cannot be replayed", () => {
  it("is refused in a sentence", async () => {
    await expect(planReplay(folder, "replayed", 1)).rejects.toThrow("Step 1 of run replayed has no rollouts");
    await expect(replayRollout(folder, { run: "replayed", group: "2-99-ordered", index: 0 }, call)).rejects.toThrow(
      "Run replayed has no rollout 2-99-ordered/0",
    );
    await expect(planReplay(folder, "../x", 1)).rejects.toThrow("is not a run's id");
  });
});
