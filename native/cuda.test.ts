/**
 * A model on a device: the CUDA kernels on the processor's shim, where the host cannot touch the device's memory outside of
 * copies (SECONDLOOK_SHIM_GUARD); a GPU with SECONDLOOK_TEST_DEVICE=cuda. `npm run conformance -- DIR --device cuda` compares the same with the reference vectors.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type LoadOptions, type Model, openEngine } from "./index.ts";
import { largestDifference, oraclePath } from "./testing/oracle.ts";
import { answerBatch, loadSample } from "./testing/samples.ts";

const library = fileURLToPath(new URL("build/libsecondlook_shim.so", import.meta.url));
const onGpu = process.env.SECONDLOOK_TEST_DEVICE === "cuda";
if (!onGpu) {
  // Before the engine looks for its device.
  process.env.SECONDLOOK_CUDA_LIBRARY = library;
  process.env.SECONDLOOK_SHIM_GUARD = "1";
}

/** The shim takes its time where others want the processor too. */
const patience = { timeout: 120_000 };

let device: Engine;
let processor: Engine;
let folder: string;

beforeAll(async () => {
  expect(onGpu || existsSync(library), `${library} is there: npm run build:native`).toBe(true);
  device = await openEngine({ device: "cuda", threads: 1 });
  processor = await openEngine({ device: "cpu", threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "cuda-"));
});
afterAll(() => {
  device.dispose();
  processor.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** `steps` updates on the clip; the loss before each. */
async function train(model: Model, steps: number): Promise<number[]> {
  const sample = await loadSample(model, "video");
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const tape = await model.forward(answerBatch(sample));
    const count = tape.logProbs.length;
    losses.push(-tape.logProbs.reduce((sum, value) => sum + value, 0) / count);
    await tape.backward(new Float32Array(count).fill(-1 / count), new Float32Array(count).fill(1e-3 / count));
    await model.step({ learningRate: 1e-3, clip: 1, weightDecay: 0.01 });
  }
  return losses;
}

async function scoresOf(model: Model): Promise<Float32Array> {
  return (await model.score(answerBatch(await loadSample(model, "video")))).logProbs;
}

it("computes where it is asked to, and says so", async () => {
  expect(device.info).toMatchObject({ device: "cuda", determinism: 1 });
  expect(device.info.deviceReason).toMatch(/^Running on .*\.$/);
  expect(processor.info.device).toBe("cpu");
  expect(processor.info.deviceReason).toContain('device "cuda"');
});

describe.each<[string, LoadOptions, number, number]>([
  ["every weight", {}, 4, 1e-4],
  ["every weight, with blocks run again in the backward pass", { checkpointing: "always" }, 2, 1e-4],
  ["the language model alone, with 8-bit moments", { frozen: ["visual."], optimiser: "8bit" }, 4, 1e-4],
  ["matrices stored as bfloat16", { dtype: "bf16" }, 2, 0.03],
  ["adapters on matrices stored as bfloat16", { dtype: "bf16", lora: { rank: 4, alpha: 8, seed: 3 } }, 2, 0.03],
])("training %s", patience, (name, options, steps, tolerance) => {
  const state = (): string => join(folder, name);

  it("has the losses that the processor has, and repeats bit for bit", async () => {
    const [there, here] = [
      await device.load(oraclePath("tiny-qwen25vl"), options),
      await processor.load(oraclePath("tiny-qwen25vl"), options),
    ];
    const [losses, expected] = [await train(there, steps), await train(here, steps)];
    losses.forEach((loss, i) => expect(Math.abs(loss - expected[i]!), `step ${i}`).toBeLessThan(tolerance));
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const again = await device.load(oraclePath("tiny-qwen25vl"), options);
    expect(await train(again, steps)).toEqual(losses);
    await there.saveState(state());
    for (const model of [there, here, again]) model.dispose();
  });

  it("goes on from a saved state with the same bits, and saves what the processor reads", async () => {
    const loaded = await device.load(oraclePath("tiny-qwen25vl"), options);
    await loaded.loadState(state());
    const copy = await loaded.clone();
    const scores = await scoresOf(loaded);
    expect(await scoresOf(copy)).toEqual(scores);
    await loaded.save(join(state(), "saved"));
    const read = await processor.load(join(state(), "saved"), { dtype: options.dtype ?? "float32" });
    expect(largestDifference(await scoresOf(read), scores)).toBeLessThan(10 * tolerance);
    await loaded.blend(copy, 0.5);
    expect(largestDifference(await scoresOf(loaded), scores)).toBeLessThan(1e-3);
    for (const model of [loaded, copy, read]) model.dispose();
  });
});

it(
  "keeps a bf16 tape's layers in little more than half the memory, with nearly the same gradients",
  patience,
  async () => {
    const run = async (engine: Engine, dtype: "float32" | "bf16", layers: number) => {
      const config = JSON.parse(readFileSync(join(oraclePath("tiny-qwen25vl"), "config.json"), "utf8")) as object;
      const options = { seed: 5, dtype, checkpointing: "never" } as const;
      const model = await engine.initialise({ ...config, num_hidden_layers: layers }, options);
      const ids = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => 3 + ((i * 37) % 200));
      const tape = await model.forward([{ prompt: { ids: ids(20), media: [] }, completions: [ids(12)] }]);
      await tape.backward(new Float32Array(tape.logProbs.length).fill(-1 / tape.logProbs.length));
      const bytes = model.memory().byPurpose["activations"]!;
      const { gradientNorm } = await model.step({ learningRate: 0 });
      model.dispose();
      return { bytes, gradientNorm };
    };
    const perLayer = async (dtype: "float32" | "bf16"): Promise<number> =>
      (await run(device, dtype, 6)).bytes - (await run(device, dtype, 2)).bytes;
    expect((await perLayer("bf16")) / (await perLayer("float32"))).toBeLessThan(0.6);
    const [there, here] = [await run(device, "bf16", 2), await run(processor, "bf16", 2)];
    expect(Math.abs(there.gradientNorm / here.gradientNorm - 1)).toBeLessThan(0.02);
  },
);

it("saves a model that it only read with the bytes it was read from", patience, async () => {
  for (const dtype of ["float32", "bf16"] as const) {
    for (const engine of [device, processor]) {
      const model = await engine.load(oraclePath("tiny-qwen25vl"), { dtype, trainable: false });
      await model.save(join(folder, dtype, engine.info.device));
      model.dispose();
    }
    const [there, here] = ["cuda", "cpu"].map((name) => readFileSync(join(folder, dtype, name, "model.safetensors")));
    expect(there!.equals(here!)).toBe(true);
  }
});

it("samples the tokens that the processor samples, from the same distributions", patience, async () => {
  const sampling = {
    temperature: 0.9,
    topP: 0.95,
    topK: 50,
    repetitionPenalty: 1.1,
    maxTokens: 12,
    stopIds: [],
    seed: 7,
  };
  const [there, here] = await Promise.all(
    [device, processor].map(async (engine) => {
      const model = await engine.load(oraclePath("tiny-qwen25vl"), { trainable: false });
      const [image, video] = [await loadSample(model, "image"), await loadSample(model, "video")];
      const groups = await model.generate([image.prompt, video.prompt], { n: 3, sampling });
      return groups.flatMap(({ completions }) => completions);
    }),
  );
  there!.forEach((completion, i) => {
    expect([...completion.ids]).toEqual([...here![i]!.ids]);
    for (const key of ["logProbs", "sampledLogProbs", "entropy"] as const)
      expect(largestDifference(completion[key], here![i]![key]), key).toBeLessThan(1e-4);
  });
});

it(
  "samples the same bits from recorded passes as from passes that are queued, also once weights have changed",
  patience,
  async () => {
    const sampling = { topP: 0.95, repetitionPenalty: 1.05, maxTokens: 6, stopIds: [], seed: 3 };
    for (const dtype of ["float32", "bf16"] as const) {
      const model = await device.load(oraclePath("tiny-qwen25vl"), { dtype });
      const prompt = { ids: Int32Array.from({ length: 30 }, (_, i) => 3 + ((i * 37) % 200)), media: [] };
      const answers = async (graphs: "on" | "off") => {
        process.env.SECONDLOOK_CUDA_GRAPHS = graphs;
        const [group] = await model.generate([prompt], { n: 3, sampling });
        delete process.env.SECONDLOOK_CUDA_GRAPHS;
        return group!.completions;
      };
      const before = await answers("on");
      expect(await answers("off")).toEqual(before);
      // Without a gradient only the decay acts.
      await model.step({ learningRate: 1e-2, weightDecay: 10 });
      const after = await answers("on");
      expect(await answers("off")).toEqual(after);
      expect(after.map(({ logProbs }) => [...logProbs])).not.toEqual(before.map(({ logProbs }) => [...logProbs]));
      model.dispose();
    }
  },
);

it("leaves the weights alone when a gradient is not finite, and names the culprit", patience, async () => {
  const model = await device.load(oraclePath("tiny-qwen25vl"));
  const name = "model.layers.0.mlp.down_proj.weight";
  const before = await model.readParameter(name);
  const tape = await model.forward(answerBatch(await loadSample(model, "video")));
  await tape.backward(new Float32Array(tape.logProbs.length).fill(Infinity));
  const step = await model.step({ learningRate: 1e-3 });
  expect(step.skipped).toBe(true);
  expect(model.parameters.map((parameter) => parameter.name)).toContain(step.culprit);
  expect(await model.readParameter(name)).toEqual(before);
  expect((await model.step({ learningRate: 0 })).gradientNorm).toBe(0);
  model.dispose();
});

it("reads a long prompt in stretches, and a known beginning from the cache of prefixes", patience, async () => {
  const ids = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => 3 + ((from + i * 37) % 500));
  const long = { ids: Int32Array.from(ids(0, 700)), media: [] };
  const begun = { ids: Int32Array.from([...ids(0, 256), ...ids(9, 60)]), media: [] };
  const sampling = { greedy: true, maxTokens: 6, stopIds: [], seed: 7 };
  const [there, here] = await Promise.all(
    [device, processor].map(async (engine) => {
      const model = await engine.load(oraclePath("tiny-qwen25vl"), { trainable: false, prefixCacheBytes: 1e8 });
      const groups = await model.generate([long], { n: 2, sampling });
      groups.push(...(await model.generate([begun], { n: 1, sampling })));
      expect(model.memory().prefixTokens.reused).toBe(256);
      return groups.flatMap(({ completions }) => completions);
    }),
  );
  there!.forEach((completion, i) => {
    expect([...completion.ids]).toEqual([...here![i]!.ids]);
    expect(largestDifference(completion.logProbs, here![i]!.logProbs)).toBeLessThan(1e-4);
  });
});

it("measures the spread of a group as the processor does", patience, async () => {
  const [there, here] = await Promise.all(
    [device, processor].map(async (engine) => {
      const model = await engine.load(oraclePath("tiny-qwen25vl"), { trainable: false });
      const { prompt } = await loadSample(model, "image");
      const completions = [Int32Array.from([4, 5, 6, 7]), Int32Array.from([9, 8, 7])];
      return (await model.groupDivergence([{ prompt, completions }]))[0]!;
    }),
  );
  expect(largestDifference(there!, here!)).toBeLessThan(1e-5);
  expect(Math.max(...there!)).toBeGreaterThan(1e-4);
});

it("says what holds the device's memory when there is not enough, and goes on", patience, async () => {
  const model = await device.load(oraclePath("tiny-qwen25vl"));
  const { prompt } = await loadSample(model, "image");
  const endless = model.generate([prompt], { n: 16_000, sampling: { maxTokens: 1_000_000, stopIds: [], seed: 0 } });
  await expect(endless).rejects.toMatchObject({ code: "OUT_OF_MEMORY" });
  await expect(endless).rejects.toThrow(
    /MiB left in one piece.*fewer completions.*It holds: weights \d+ MiB, gradients/,
  );
  expect((await scoresOf(model)).length).toBeGreaterThan(0);
});
