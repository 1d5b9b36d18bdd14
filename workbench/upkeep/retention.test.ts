/** What a retention rule does to a data folder, with real journals, frames and checkpoints. */
import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireLease } from "../../trainer/run/lease.ts";
import { OldWorld } from "../testing/old-world.ts";
import { hashesAfter } from "./unread-hashes.ts";

const DAY_MS = 24 * 60 * 60_000;
let world: OldWorld;
beforeEach(() => (world = new OldWorld(mkdtempSync(join(tmpdir(), "secondlook-retention-")))));
afterEach(() => world.remove());

describe("frames of old runs", () => {
  it("go when nothing else names them, and their preview is what is done", () => {
    world.run("old", ["a", "b"]);
    world.index();
    expect(world.preview().frames.count).toBe(2);
    expect(world.apply().frames.count).toBe(2);
    expect(world.frames()).toEqual([]);
  });

  it("stay where a run that is kept names them", () => {
    world.run("old", ["a", "b"]);
    world.run("kept", ["b", "c"], { endedDaysAgo: 1 });
    world.run("marked", ["d"], { marked: true });
    world.index();
    world.apply();
    expect(world.frames()).toEqual(["b", "c", "d"]);
  });

  it("stay where a journal names them that the index has not read yet, wholly or to its end", () => {
    world.run("old", ["a", "b", "c", "d"]);
    world.run("growing", ["b"], { endedDaysAgo: null });
    world.index();
    world.appendGroup("growing", "c");
    world.run("unread", ["d"]);
    world.apply();
    expect(world.frames()).toEqual(["b", "c", "d"]);
  });

  it("stay where an evaluation names them, whether the index knows it or not", () => {
    world.run("old", ["a", "b"]);
    world.index();
    world.evaluation("measured", ["b"]);
    world.apply();
    expect(world.frames()).toEqual(["b"]);
    world.index();
    world.apply();
    expect(world.frames()).toEqual(["b"]);
  });

  it("stay while a run is alive that looked at them since it began: it may name them later", () => {
    world.run("old", ["a", "b"]);
    world.run("living", [], { endedDaysAgo: null });
    world.index();
    const lease = acquireLease(world.folderOf("living"), 1);
    const began = new Date(world.now - 3 * DAY_MS);
    utimesSync(join(world.folderOf("living"), "lease.json"), began, began);
    world.touchFrame("b", world.now - 2 * DAY_MS);
    world.apply();
    expect(world.frames()).toEqual(["b"]);
    lease.release();
    world.apply();
    expect(world.frames()).toEqual([]);
  });

  it("stay for a day after anybody looked at them", () => {
    world.run("old", ["a"]);
    world.index();
    world.touchFrame("a", world.now - DAY_MS / 2);
    world.apply();
    expect(world.frames()).toEqual(["a"]);
  });

  it("stay, and so do its checkpoints, when the old run is taken up again", () => {
    world.run("old", ["a"], { checkpoints: ["step-000002", "step-000004"] });
    world.index();
    acquireLease(world.folderOf("old"), 2);
    expect(world.apply()).toMatchObject({ items: [], frames: { count: 0 } });
    expect(world.frames()).toEqual(["a"]);
  });
});

describe("checkpoints of old runs", () => {
  const checkpoints = ["step-000002", "step-000004", "step-000006"];
  it("stay where another run or an unfinished evaluation starts from them", () => {
    world.run("old", [], { checkpoints });
    const at = (name: string) => join(world.folderOf("old"), "checkpoints", name);
    world.run("from", [], { endedDaysAgo: 1, config: { model: at("step-000002") } });
    world.evaluation("waiting", [], at("step-000004"));
    world.index();
    expect(world.apply().items).toEqual([]);
    world.finishEvaluation("waiting");
    expect(world.apply().items.flatMap(({ paths }) => paths)).toEqual(["checkpoints/step-000004"]);
    expect(readdirSync(join(world.folderOf("old"), "checkpoints"))).toEqual(["step-000002", "step-000006"]);
  });

  it("that a kill left half removed go with the next time", () => {
    world.run("old", [], { checkpoints: ["step-000006", "step-000002.removed.tmp"] });
    world.index();
    world.apply();
    expect(readdirSync(join(world.folderOf("old"), "checkpoints"))).toEqual(["step-000006"]);
  });
});

it("finds a hash that lies across two pieces of a file", () => {
  const path = join(world.data, "long.ndjson");
  const hash = "0123456789abcdef".repeat(4);
  for (let before = 150; before < 260; before += 7) {
    writeFileSync(path, `${"x".repeat(before)}"hash": "${hash}"`);
    expect([...new Set(hashesAfter(path, 0, 200))]).toEqual([hash]);
  }
});
