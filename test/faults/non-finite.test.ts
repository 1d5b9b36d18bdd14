/** A run whose numbers overflow stops by itself, says which tensor was at fault, and keeps its journal whole. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { journalEventSchema, type EventOf } from "../../contract/journal.ts";
import { readJournal } from "../support/processes.ts";
import { makeRun, makeTinyWorld, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-non-finite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a run with an absurd learning rate", () => {
  it("skips what is not finite and stops after three updates in a row with a diagnosis", async () => {
    const world = await makeTinyWorld(folder);
    const overrides = { "sft.learningRate": 1e6, "sft.weightDecay": 1e3, "sft.steps": 8, "evaluation.every": 0 };
    const run = makeRun(folder, world, "absurd", overrides);
    const worker = startWorker(run);
    expect(await worker.ended, worker.output()).not.toBe(0);
    const events = readJournal(join(run, "journal.0.ndjson")).map((event) => journalEventSchema.parse(event));
    const steps = events.filter((event): event is EventOf<"step"> => event.type === "step");
    const notices = events.filter((event): event is EventOf<"notice"> => event.type === "notice");
    const skipped = steps.filter(({ metrics }) => metrics["update_skipped"] === 1).map(({ step }) => step);
    expect(skipped.length).toBeGreaterThanOrEqual(3);
    expect(skipped.slice(-3)).toEqual([-2, -1, 0].map((back) => steps.at(-1)!.step + back));
    expect(notices.filter(({ rule }) => rule === "non-finite-gradient").map(({ step }) => step)).toEqual(skipped);
    expect(JSON.stringify(events.at(-1))).toContain("were all skipped because");
  });
});
