/** A run on a CUDA device (the kernels on the processor's shim) that is lost on the way. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { finalWeights, makeRun, makeTinyWorld, outcomeOf, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-cuda-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHORT = {
  ...{ "sft.steps": 1, "sft.batchSize": 2, "rl.steps": 1, "rl.promptsPerStep": 1, "rl.groupSize": 2 },
  ...{ "rl.shuffledGroupSize": 1, "sampling.maxTokens": 4, "checkpoint.every": 1 },
  ...{ "evaluation.every": 0, "evaluation.items": 1, "evaluation.maxTokens": 2 },
};
const LAST = "step-000002-rl";

/** Losses and norms by step. */
const figuresOf = (run: string): number[] =>
  outcomeOf(run)
    .map((line) => JSON.parse(line) as { type: string; metrics?: Record<string, number> })
    .filter(({ type }) => type === "step")
    .flatMap(({ metrics }) => [metrics!["loss"]!, metrics!["grad_norm"]!]);

it("trains as on the processor; a lost device ends the worker with the remedy, and the run goes on with the same bits", async () => {
  const library = resolve("native/build/libsecondlook_shim.so");
  expect(existsSync(library), `${library} is there: npm run build:native`).toBe(true);
  const shim = { SECONDLOOK_CUDA_LIBRARY: library, SECONDLOOK_SHIM_GUARD: "1" };
  const world = await makeTinyWorld(folder);
  const start = (id: string, device: string, environment: Record<string, string> = {}, processes = 1) => {
    const run = makeRun(folder, world, id, SHORT, {}, { device, processes });
    return { run, ...startWorker(run, [], undefined, { ...shim, ...environment }) };
  };
  const [processor, whole] = [start("processor", "cpu"), start("whole", "cuda")];
  expect(await processor.ended, processor.output()).toBe(0);
  expect(await whole.ended, whole.output()).toBe(0);
  expect(whole.output()).toContain("on cuda");
  const figures = figuresOf(whole.run);
  expect(figures.length).toBe(4);
  figuresOf(processor.run).forEach((expected, i) =>
    expect(Math.abs(figures[i]! - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected))),
  );

  // Two processes with a device each: what they sum goes over NCCL's interface, with a stand-in behind it.
  const nccl = { SECONDLOOK_NCCL_LIBRARY: resolve("native/build/libsecondlook_fake_nccl.so") };
  const team = start("team", "cuda", nccl, 2);
  expect(await team.ended, team.output()).toBe(0);
  expect(team.output()).toMatch(/on cuda .* in each of 2 processes/);
  figuresOf(team.run).forEach((figure, i) =>
    expect(Math.abs(figure - figures[i]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(figure))),
  );

  const lost = start("lost", "cuda", { SECONDLOOK_SHIM_LAUNCHES: "1200" });
  expect(await lost.ended).toBe(1);
  expect(lost.output()).toMatch(/context is lost.*resumes from its newest checkpoint/);
  expect(lost.output()).toContain("sft step 1");
  const again = start("lost", "cuda");
  expect(await again.ended, again.output()).toBe(0);
  expect(outcomeOf(again.run)).toEqual(outcomeOf(whole.run));
  expect(finalWeights(again.run, LAST)).toBe(finalWeights(whole.run, LAST));
});
