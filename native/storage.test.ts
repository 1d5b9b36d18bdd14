import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, type Engine, type Model, openEngine } from "./index.ts";
import { largestDifference, oraclePath } from "./testing/oracle.ts";
import { answerBatch, loadSample, type Sample } from "./testing/samples.ts";

let engine: Engine;
let folder: string;
/** The tiny checkpoint with its matrices stored as bfloat16. */
let halfFolder: string;

beforeAll(async () => {
  engine = await openEngine({ threads: 2, determinism: 2 });
  folder = mkdtempSync(join(tmpdir(), "storage-"));
  halfFolder = join(folder, "half");
  const half = await engine.load(oraclePath("tiny-qwen25vl"), { dtype: "bf16" });
  await half.save(halfFolder);
  half.dispose();
});
afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const kept = (names: readonly string[]) => (model: Model) =>
  Promise.all(names.map((name) => model.readParameter(name)));

async function lossOf(model: Model, batch: Batch): Promise<number> {
  const { logProbs } = await model.score(batch);
  return -logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
}

async function trainOnce(model: Model, batch: Batch, learningRate = 1e-3): Promise<number> {
  const tape = await model.forward(batch);
  const loss = -tape.logProbs.reduce((sum, value) => sum + value, 0) / tape.logProbs.length;
  await tape.backward(new Float32Array(tape.logProbs.length).fill(-1 / tape.logProbs.length));
  await model.step({ learningRate, clip: 1 });
  return loss;
}

describe("matrices stored as bfloat16", () => {
  it("are written as such, and the config says so", () => {
    const bytes = readFileSync(join(halfFolder, "model.safetensors"));
    expect(bytes.toString("utf8", 8, 4000)).toContain('"BF16"');
    expect(statSync(join(halfFolder, "model.safetensors")).size).toBeLessThan(
      0.6 * statSync(join(oraclePath("tiny-qwen25vl"), "model.safetensors")).size,
    );
    const config = JSON.parse(readFileSync(join(halfFolder, "config.json"), "utf8")) as { torch_dtype: string };
    expect(config.torch_dtype).toBe("bfloat16");
  });

  it("are read where they lie in the file, and give the bits of the same values in float32", async () => {
    const mapped = await engine.load(halfFolder, { dtype: "bf16", trainable: false });
    const wide = await engine.load(halfFolder, { dtype: "float32", trainable: false });
    const { weights, mappedWeights } = mapped.memory().byPurpose;
    expect(mappedWeights).toBeGreaterThan(0.9 * 2 * mapped.parameterCount);
    expect(weights).toBeLessThan(0.1 * 4 * mapped.parameterCount);
    const [a, b] = [await loadSample(mapped, "video"), await loadSample(wide, "video")];
    const [x, y] = [await mapped.score(answerBatch(a)), await wide.score(answerBatch(b))];
    // q, k and v are one product in memory and three in the file: the same sums in the same order.
    expect(x.logProbs).toEqual(y.logProbs);
    const sampling = { greedy: true, maxTokens: 12, stopIds: [], seed: 0 };
    const [p, q] = [
      await mapped.generate([a.prompt], { n: 1, sampling }),
      await wide.generate([b.prompt], { n: 1, sampling }),
    ];
    expect(p[0]?.completions[0]?.ids).toEqual(q[0]?.completions[0]?.ids);
    await expect(mapped.blend(wide, 0.5)).rejects.toThrow(/cannot change/);
  });

  it("train beside float32 masters: small steps add up instead of rounding away", async () => {
    const model = await engine.load(halfFolder, { dtype: "bf16" });
    const name = "model.layers.0.mlp.down_proj.weight";
    const sample = await loadSample(model, "image");
    const before = await model.readParameter(name);
    // Far below bfloat16's resolution of these weights.
    for (let i = 0; i < 3; i++) await trainOnce(model, answerBatch(sample), 1e-6);
    const after = await model.readParameter(name);
    const moved = largestDifference(after, before);
    expect(moved).toBeGreaterThan(2e-6);
    expect(moved).toBeLessThan(4e-6);
  });

  it("learn as float32 does, and save → load gives the same bits", async () => {
    const [half, wide] = [await engine.load(halfFolder, { dtype: "bf16" }), await engine.load(halfFolder)];
    const [a, b] = [await loadSample(half, "image"), await loadSample(wide, "image")];
    const first = await lossOf(wide, answerBatch(b));
    for (let i = 0; i < 10; i++) {
      const [x, y] = [await trainOnce(half, answerBatch(a)), await trainOnce(wide, answerBatch(b))];
      expect(Math.abs(x - y)).toBeLessThan(0.01 * first);
    }
    await half.save(join(folder, "trained"));
    const loaded = await engine.load(join(folder, "trained"), { dtype: "bf16", trainable: false });
    const c = await loadSample(loaded, "image");
    expect((await loaded.score(answerBatch(c))).logProbs).toEqual((await half.score(answerBatch(a))).logProbs);
  });
});

describe("LoRA", () => {
  const lora = { rank: 4, alpha: 8, seed: 3 };
  let model: Model;
  let sample: Sample;
  let batch: Batch;

  beforeAll(async () => {
    model = await engine.load(halfFolder, { dtype: "bf16", lora });
    sample = await loadSample(model, "video");
    batch = answerBatch(sample);
  });

  it("starts as the base model, trains adapters alone and leaves the base in the file", async () => {
    const base = await engine.load(halfFolder, { dtype: "bf16", trainable: false });
    const other = await loadSample(base, "video");
    expect(await lossOf(model, batch)).toBe(await lossOf(base, answerBatch(other)));
    expect(model.parameters.filter(({ trainable }) => trainable).every(({ name }) => name.includes(".lora_"))).toBe(
      true,
    );
    const { mappedWeights, gradients } = model.memory().byPurpose;
    expect(mappedWeights).toBeGreaterThan(0.9 * 2 * model.parameterCount);
    expect(gradients).toBeLessThan(0.2 * 4 * model.parameterCount);
    const losses: number[] = [];
    for (let i = 0; i < 15; i++) losses.push(await trainOnce(model, batch, 5e-3));
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  });

  it("has the base model as its reference when the adapter is off", async () => {
    const base = await engine.load(halfFolder, { dtype: "bf16", trainable: false });
    const other = await loadSample(base, "video");
    const off = await model.score(batch, { adapter: false });
    expect(off.logProbs).toEqual((await base.score(answerBatch(other))).logProbs);
    expect(largestDifference(off.logProbs, (await model.score(batch)).logProbs)).toBeGreaterThan(0.01);
  });

  it("merged equals unmerged, saved and loaded has the same bits", async () => {
    const wide = await engine.load(halfFolder, { lora });
    const own = await loadSample(wide, "video");
    for (let i = 0; i < 5; i++) await trainOnce(wide, answerBatch(own), 5e-3);
    const unmerged = await wide.score(answerBatch(own));
    await wide.save(join(folder, "merged"));
    const merged = await engine.load(join(folder, "merged"), { trainable: false });
    expect(merged.parameters.some(({ name }) => name.includes("lora"))).toBe(false);
    const seen = await loadSample(merged, "video");
    expect(largestDifference((await merged.score(answerBatch(seen))).logProbs, unmerged.logProbs)).toBeLessThan(2e-5);

    await wide.saveAdapter(join(folder, "adapter"));
    const again = await engine.load(halfFolder, { adapter: join(folder, "adapter") });
    const names = wide.parameters.map(({ name }) => name).filter((name) => name.includes(".lora_"));
    expect(names.length).toBe(2 * 7 * 3);
    expect(await kept(names)(again)).toEqual(await kept(names)(wide));
    const shown = await loadSample(again, "video");
    expect((await again.score(answerBatch(shown))).logProbs).toEqual(unmerged.logProbs);
    const config = JSON.parse(readFileSync(join(folder, "adapter", "adapter_config.json"), "utf8")) as object;
    expect(config).toMatchObject({ peft_type: "LORA", r: 4, lora_alpha: 8, bias: "none" });
  });

  it("has gradients that finite differences confirm", async () => {
    const subject = await engine.load(halfFolder, { lora });
    const own = await loadSample(subject, "image");
    for (let i = 0; i < 3; i++) await trainOnce(subject, answerBatch(own), 1e-2); // B away from 0
    const tape = await subject.forward(answerBatch(own));
    await tape.backward(new Float32Array(tape.logProbs.length).fill(-1));
    const { gradientNorm } = await subject.step({ learningRate: 0.01, epsilon: 1e3, beta1: 0, beta2: 0 });
    // With a huge epsilon AdamW is plain descent with step learningRate / epsilon.
    const predicted = (0.01 / 1e3) * gradientNorm ** 2;
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
    const change = sum((await subject.score(answerBatch(own))).logProbs) - sum(tape.logProbs);
    expect(Math.abs(change / predicted - 1)).toBeLessThan(0.1);
  });

  it("refuses adapters that are more than LoRA, and targets that are not there", async () => {
    await expect(engine.load(halfFolder, { lora: { rank: 4, targets: ["q_prj"] } })).rejects.toThrow(
      /q_prj.*Use q_proj/,
    );
    const path = join(folder, "adapter", "adapter_config.json");
    const config = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...config, use_dora: true }));
    await expect(engine.load(halfFolder, { adapter: join(folder, "adapter") })).rejects.toThrow(/use_dora.*Merge/);
  });
});

describe("memory savers", () => {
  it("finds the embeddings of a clip that is shown again, until the tower changes", async () => {
    const frozen = await engine.load(halfFolder, { frozen: ["visual."], visionCacheBytes: 1e6 });
    const [first, second] = [await loadSample(frozen, "video"), await loadSample(frozen, "video")];
    const scores = await frozen.score(answerBatch(first));
    expect(frozen.memory().visionCacheHits).toBe(0);
    expect((await frozen.score(answerBatch(second))).logProbs).toEqual(scores.logProbs);
    expect(frozen.memory().visionCacheHits).toBe(1);
    await trainOnce(frozen, answerBatch(first));
    const other = await loadSample(frozen, "image");
    await frozen.score(answerBatch(other));
    expect(frozen.memory().visionCacheHits).toBe(1);

    const learning = await engine.load(halfFolder, { visionCacheBytes: 1e6 });
    const shown = await loadSample(learning, "video");
    await learning.score(answerBatch(shown));
    await trainOnce(learning, answerBatch(shown));
    await learning.score(answerBatch(await loadSample(learning, "video")));
    expect(learning.memory().visionCacheHits).toBe(0);
  });

  it("counts media while they are alive", async () => {
    const model = await engine.load(halfFolder, { trainable: false });
    const bytes = (): number => model.memory().byPurpose["media"]!;
    const sample = await loadSample(model, "video");
    const medium = sample.prompt.media[0]!;
    await model.score(answerBatch(sample));
    // Between these lines nothing else can be let go of: media of other tests may be collected at any await.
    const held = bytes();
    medium.dispose();
    const { hidden_size: hidden } = model.config as { hidden_size: number };
    expect(held - bytes()).toBeGreaterThanOrEqual(4 * medium.tokens * (4 * 1176 + hidden));
  });

  it("computing blocks again gives the same gradients, bit for bit, with less memory", async () => {
    const [kept, again] = [
      await engine.load(halfFolder, { checkpointing: "never" }),
      await engine.load(halfFolder, { checkpointing: "always" }),
    ];
    for (const model of [kept, again]) {
      const sample = await loadSample(model, "video");
      const tape = await model.forward(answerBatch(sample));
      await tape.backward(new Float32Array(tape.logProbs.length).fill(-1));
      tape.dispose();
    }
    for (const { name } of kept.parameters)
      expect(await again.readGradient(name), name).toEqual(await kept.readGradient(name));
    const bytes = (model: Model): number => model.memory().byPurpose["activations"]!;
    expect(bytes(again)).toBeLessThan(0.7 * bytes(kept));
  });

  it("moments in 8 bits take a quarter of the memory, learn alike and resume with the same bits", async () => {
    const [full, small] = [await engine.load(halfFolder), await engine.load(halfFolder, { optimiser: "8bit" })];
    expect(small.memory().byPurpose["optimiser"]).toBeLessThan(0.27 * full.memory().byPurpose["optimiser"]!);
    const losses: [number, number][] = [];
    const [a, b] = [await loadSample(full, "image"), await loadSample(small, "image")];
    for (let i = 0; i < 25; i++)
      losses.push([await trainOnce(full, answerBatch(a)), await trainOnce(small, answerBatch(b))]);
    for (const [x, y] of losses) expect(Math.abs(x - y)).toBeLessThan(0.05 * losses[0]![0]);
    expect(losses.at(-1)![1]).toBeLessThan(0.5 * losses[0]![1]);

    await small.saveState(join(folder, "state"));
    const resumed = await engine.load(halfFolder, { optimiser: "8bit" });
    await resumed.loadState(join(folder, "state"));
    const c = await loadSample(resumed, "image");
    for (let i = 0; i < 2; i++) {
      await trainOnce(small, answerBatch(b));
      await trainOnce(resumed, answerBatch(c));
    }
    const names = small.parameters.map(({ name }) => name);
    expect(await kept(names)(resumed)).toEqual(await kept(names)(small));
    await expect((await engine.load(halfFolder)).loadState(join(folder, "state"))).rejects.toThrow(/8-bit moments/);
  });
});
