import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Model } from "../../native/types.ts";
import { Checkpoints, type TrainerState } from "./checkpoints.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "secondlook-checkpoints-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes files as the engine would. */
const model = {
  parameters: [],
  saveState: (directory: string) =>
    Promise.resolve(writeFileSync(join(directory, "weights.bin"), Buffer.alloc(1000, 7))),
  save: (directory: string) => Promise.resolve(writeFileSync(join(directory, "model.safetensors"), "weights")),
} as unknown as Model;
const at = (step: number): TrainerState => ({
  step,
  stageIndex: 0,
  stageStep: step,
  knobs: { beta: 0.1 },
  trainSeconds: 1,
});

async function saved(steps: readonly number[], label: string | null = null): Promise<Checkpoints> {
  const tokenizerDirectory = join(folder, "tokenizer");
  mkdirSync(tokenizerDirectory, { recursive: true });
  writeFileSync(join(tokenizerDirectory, "tokenizer.json"), "{}");
  writeFileSync(join(tokenizerDirectory, "model.safetensors"), "not this");
  const checkpoints = new Checkpoints(folder);
  for (const step of steps) await checkpoints.save(model, at(step), { label, tokenizerDirectory });
  return checkpoints;
}

describe("checkpoints", () => {
  it("give back the trainer's state of the newest one and keep two", async () => {
    const checkpoints = await saved([5, 10, 15]);
    expect((await checkpoints.newest()).checkpoint).toMatchObject({ step: 15, state: at(15), label: null });
    expect(readdirSync(join(folder, "checkpoints"))).toEqual(["step-000010", "step-000015"]);
  });

  it("keep those with a label, with a model that has its tokenizer", async () => {
    await saved([5], "sft");
    await saved([10, 15, 20]);
    const kept = join(folder, "checkpoints", "step-000005-sft");
    expect(readdirSync(join(kept, "model")).sort()).toEqual(["model.safetensors", "tokenizer.json"]);
    expect(existsSync(join(kept, "state", "weights.bin"))).toBe(true);
  });

  it("pass over one that was cut off, altered or has lost a file, and say what is wrong", async () => {
    const checkpoints = await saved([5, 10]);
    const file = join(folder, "checkpoints", "step-000010", "state", "weights.bin");
    const damages = [
      () => truncateSync(file, 400),
      () => writeFileSync(file, Buffer.alloc(1000, 8)),
      () => rmSync(file),
      () => rmSync(join(folder, "checkpoints", "step-000010", "checkpoint.json")),
    ];
    const words = ["400 of 1000 bytes", "damaged", "missing", "checkpoint.json"];
    for (const [index, damage] of damages.entries()) {
      damage();
      const { checkpoint, damaged } = await checkpoints.newest();
      expect(checkpoint?.step).toBe(5);
      expect(damaged).toEqual([expect.stringContaining(words[index]!)]);
    }
  });

  it("replace what an older attempt left at the same step, and clean up after a save that died", async () => {
    const checkpoints = await saved([5]);
    mkdirSync(join(folder, "checkpoints", "step-000006.99.tmp"));
    checkpoints.clean();
    await saved([5]);
    expect(readdirSync(join(folder, "checkpoints"))).toEqual(["step-000005"]);
    expect((await checkpoints.newest()).damaged).toEqual([]);
  });

  it("find nothing in a new run", async () => {
    expect(await new Checkpoints(folder).newest()).toEqual({ checkpoint: null, damaged: [] });
  });
});
