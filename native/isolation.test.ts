/** Engines beside each other, calls that are cancelled, and files that change under a model. */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Batch, type Engine, type Model, type Prompt, openEngine } from "./index.ts";
import { oraclePath } from "./testing/oracle.ts";

const folder = mkdtempSync(join(tmpdir(), "engine-isolation-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (length: number): Prompt => ({
  ids: Int32Array.from({ length }, (_, i) => 40 + ((7 * i) % 300)),
  media: [],
});
const BATCH: Batch = [{ prompt: text(120), completions: [1, 2, 3].map((n) => Int32Array.from([n + 4, 9, 30, 31])) }];

/** Scores, three updates and samples, as one list of numbers. */
async function work(engine: Engine): Promise<number[]> {
  const model = await engine.load(oraclePath("tiny-qwen25vl"));
  const numbers: number[] = [];
  for (let step = 0; step < 3; step++) {
    const tape = await model.forward(BATCH);
    numbers.push(...tape.logProbs);
    await tape.backward(Float32Array.from(tape.logProbs, (_, i) => 0.1 * Math.cos(i)));
    await model.step({ learningRate: 1e-3 });
    const sampling = { maxTokens: 12, stopIds: [], seed: step };
    for (const { completions } of await model.generate([text(30)], { n: 2, sampling }))
      completions.forEach(({ ids }) => numbers.push(...ids));
  }
  model.dispose();
  return numbers;
}

describe("two engines in one process", () => {
  it("work at the same time and give each the numbers it gives alone", async () => {
    const alone = await openEngine({ threads: 2, determinism: 2 });
    const wanted = await work(alone);
    alone.dispose();
    const engines = await Promise.all([2, 3].map((threads) => openEngine({ threads, determinism: 2 })));
    const results = await Promise.all(engines.map(work));
    engines.forEach((engine) => engine.dispose());
    for (const result of results) expect(result).toEqual(wanted);
  });

  it("go on when the other one is disposed of in the middle of its work", async () => {
    const [first, second] = [await openEngine({ threads: 2, determinism: 2 }), await openEngine({ threads: 2 })];
    const interrupted = work(second).catch((error: Error) => error);
    const going = work(first);
    second.dispose();
    expect(await interrupted).toBeInstanceOf(Error);
    expect((await going).length).toBeGreaterThan(30);
    first.dispose();
  });
});

describe("a call that takes seconds", () => {
  /** The tiny architecture, wide enough that a pass takes seconds. */
  const config = {
    ...(JSON.parse(readFileSync(oraclePath("tiny-qwen25vl", "config.json"), "utf8")) as object),
    hidden_size: 512,
    intermediate_size: 2048,
    num_hidden_layers: 6,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    rope_scaling: { type: "mrope", mrope_section: [8, 12, 12] },
  };
  Object.assign(config, {
    vision_config: { ...((config as never)["vision_config"] as object), out_hidden_size: 512 },
  });

  it("ends soon after it is cancelled, whatever it does", async () => {
    const engine = await openEngine({ threads: 1 });
    const model = await engine.initialise(config, { seed: 1 });
    const long: Batch = [{ prompt: text(1500), completions: [Int32Array.from(text(400).ids)] }];
    const calls: Record<string, (model: Model, signal: AbortSignal) => Promise<unknown>> = {
      score: (subject, signal) => subject.score(long, { signal }),
      forward: (subject, signal) => subject.forward(long, { signal }),
      groupDivergence: (subject, signal) => subject.groupDivergence(long, { signal }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const controller = new AbortController();
      const started = performance.now();
      const ended = call(model, controller.signal).then(
        () => "finished",
        (error: { code?: string }) => error.code,
      );
      setTimeout(() => controller.abort(), 30);
      expect(await ended, name).toBe("ABORTED");
      // 30 ms until the signal and 200 ms after it; the rest is for a machine that others use.
      expect(performance.now() - started, name).toBeLessThan(1500);
    }
    const tape = await model.forward([{ prompt: text(600), completions: [Int32Array.from(text(200).ids)] }]);
    const controller = new AbortController();
    const backward = tape.backward(new Float32Array(tape.logProbs.length).fill(1), undefined, {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 30);
    await expect(backward).rejects.toMatchObject({ code: "ABORTED" });
    engine.dispose();
  });
});

describe("a checkpoint that is cut off while its model is in use", () => {
  it("ends the call with an error that names the file, and the process goes on", async () => {
    const directory = join(folder, "cut-off");
    cpSync(oraclePath("tiny-qwen25vl"), directory, { recursive: true });
    const engine = await openEngine({ threads: 2 });
    const whole = await engine.load(oraclePath("tiny-qwen25vl"));
    await whole.save(join(folder, "unused"));
    const half = join(folder, "half");
    const stored = await engine.load(directory, { dtype: "bf16" });
    await stored.save(half);
    stored.dispose();
    const model = await engine.load(half, { dtype: "bf16", trainable: false });
    expect(model.memory().byPurpose["mappedWeights"]).toBeGreaterThan(0);
    truncateSync(join(half, "model.safetensors"), 4096);
    const failure = await model.score(BATCH).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "EngineError", code: "IO" });
    expect((failure as Error).message).toContain(join(half, "model.safetensors"));
    model.dispose();
    expect((await whole.score(BATCH)).logProbs.every(Number.isFinite)).toBe(true);
    engine.dispose();
  });
});
