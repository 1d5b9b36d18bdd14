import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, type Engine, type Model, type Tape, openEngine } from "./index.ts";
import { DIVERGENCE_MEASURES, MASK_FILLS, positionDivergence } from "../science/token-weights.ts";
import { largestDifference, oraclePath } from "./testing/oracle.ts";
import { type Sample, loadSample } from "./testing/samples.ts";

const completions = [[5, 6, 7, 8, 9], [30, 31], [44], [100, 101, 102, 103, 104, 105, 106, 107]].map((ids) =>
  Int32Array.from(ids),
);

let engine: Engine;
let model: Model;
let sample: Sample;
let folder: string;

beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
  model = await engine.load(oraclePath("tiny-qwen25vl"));
  sample = await loadSample(model, "video");
  folder = mkdtempSync(join(tmpdir(), "engine-"));
});
afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Any derivative will do, as long as every token has its own. */
function someDerivative(tape: Tape): Float32Array {
  return Float32Array.from(tape.logProbs, (_, i) => 0.1 * Math.cos(i) - 0.05);
}

async function train(subject: Model, batch: Batch, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    const tape = await subject.forward(batch);
    await tape.backward(someDerivative(tape));
    await subject.step({ learningRate: 1e-3, clip: 1, weightDecay: 0.01 });
  }
}

async function parametersOf(subject: Model): Promise<Uint8Array[]> {
  const all = await Promise.all(subject.parameters.map(({ name }) => subject.readParameter(name)));
  return all.map((values) => new Uint8Array(values.buffer));
}

describe("a packed group", () => {
  it("equals its completions scored and trained one by one", async () => {
    const { prompt } = sample;
    const packed: Batch = [
      { prompt, completions, scorePrompt: true },
      { prompt, completions: completions.slice(0, 2) },
    ];
    const repeated: Batch = [
      { prompt, completions: [], scorePrompt: true },
      ...completions.map((completion) => ({ prompt, completions: [completion] })),
      ...completions.slice(0, 2).map((completion) => ({ prompt, completions: [completion] })),
    ];
    const [a, b] = [await model.clone(), await model.clone()];
    const tapeA = await a.forward(packed);
    const tapeB = await b.forward(repeated);
    expect([...tapeA.offsets]).toEqual([...tapeB.offsets]);
    expect(largestDifference(tapeA.logProbs, tapeB.logProbs)).toBeLessThan(1e-5);
    expect(largestDifference(tapeA.entropy, tapeB.entropy)).toBeLessThan(1e-5);
    const dEntropy = Float32Array.from(tapeA.entropy, (_, i) => 0.02 * Math.sin(i));
    await tapeA.backward(someDerivative(tapeA), dEntropy);
    await tapeB.backward(someDerivative(tapeA), dEntropy);
    for (const { name } of model.parameters) {
      const [left, right] = [await a.readGradient(name), await b.readGradient(name)];
      const scale = left.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
      expect(largestDifference(left, right) / scale, name).toBeLessThan(2e-5);
    }
  });

  it("has a gradient that predicts how its value changes", async () => {
    const batch: Batch = [{ prompt: sample.prompt, completions: completions.slice(0, 1) }];
    const valueOf = (scores: { logProbs: Float32Array }): number =>
      scores.logProbs.reduce((sum, value) => sum + value, 0);
    const subject = await model.clone();
    const tape = await subject.forward(batch);
    await tape.backward(new Float32Array(tape.logProbs.length).fill(-1));
    // Without memory and with a huge epsilon AdamW is plain descent with step learningRate / epsilon.
    const { gradientNorm } = await subject.step({ learningRate: 0.02, epsilon: 1e3, beta1: 0, beta2: 0 });
    const predicted = (0.02 / 1e3) * gradientNorm ** 2;
    const change = valueOf(await subject.score(batch)) - valueOf(tape);
    expect(Math.abs(change / predicted - 1)).toBeLessThan(0.1);
  });

  it("spreads by zero where one distribution is shared, and by more where members differ", async () => {
    const [spread] = await model.groupDivergence([{ prompt: sample.prompt, completions }]);
    expect(spread?.length).toBe(8);
    expect(spread?.[0]).toBe(0);
    expect(spread?.[1]).toBeGreaterThan(0);
    expect(spread?.[7]).toBe(0);
  });

  it("measures the spread as written down in science, for both measures and both fills", async () => {
    const { vocab_size: vocabulary } = model.config as { vocab_size: number };
    const members = await Promise.all(
      completions.map(async (completion) => {
        const ids = Int32Array.from([...sample.prompt.ids, ...completion]);
        const logits = (await model.trace({ ids, media: sample.prompt.media })).get("logits")!;
        return Array.from(completion, (_, t) => {
          const row = sample.prompt.ids.length - 1 + t;
          const values = Float64Array.from(logits.subarray(row * vocabulary, (row + 1) * vocabulary));
          const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
          return values.map((value) => value - total);
        });
      }),
    );
    for (const measure of DIVERGENCE_MEASURES) {
      for (const fill of MASK_FILLS) {
        const [spread] = await model.groupDivergence([{ prompt: sample.prompt, completions }], { measure, fill });
        const wanted = positionDivergence(members, measure, fill);
        wanted.forEach((value, t) => expect(Math.abs(spread![t]! - value)).toBeLessThan(1e-4 * (1 + value)));
      }
    }
    const wrong = { measure: "entropy" } as unknown as { measure: "code_k3" };
    await expect(model.groupDivergence([{ prompt: sample.prompt, completions }], wrong)).rejects.toThrow(/kl_to_mean/);
  });
});

describe("generation", () => {
  const sampling = { maxTokens: 20, stopIds: [3], seed: 11, temperature: 1 };

  it("reports the log-probabilities that score() finds for the same tokens", async () => {
    const [group] = await model.generate([sample.prompt], { n: 5, sampling });
    const sampled = group?.completions ?? [];
    const scores = await model.score([{ prompt: sample.prompt, completions: sampled.map(({ ids }) => ids) }]);
    sampled.forEach((completion, k) => {
      const [begin, end] = [scores.offsets[k] as number, scores.offsets[k + 1] as number];
      expect(largestDifference(completion.logProbs, scores.logProbs.slice(begin, end))).toBeLessThan(2e-5);
      expect(largestDifference(completion.entropy, scores.entropy.slice(begin, end))).toBeLessThan(2e-5);
      expect(largestDifference(completion.logProbs, completion.sampledLogProbs)).toBeLessThan(2e-5);
    });
  });

  it("samples a prompt's rows alike in any batch when its stream key is the same", async () => {
    const text = { ids: Int32Array.from([1, 2, 3]), media: [] };
    const alone = await model.generate([sample.prompt], { n: 3, sampling, streams: [77] });
    const among = await model.generate([text, sample.prompt], { n: 3, sampling, streams: [5, 77] });
    expect(among[1]?.completions.map(({ ids }) => [...ids])).toEqual(alone[0]?.completions.map(({ ids }) => [...ids]));
  });

  it("streams every token once, in order", async () => {
    const streamed: number[] = [];
    const [group] = await model.generate([sample.prompt], {
      n: 1,
      sampling,
      onToken: (tokens) => streamed.push(...tokens.map(({ id }) => id)),
    });
    expect(streamed).toEqual([...(group?.completions[0]?.ids ?? [])]);
  });

  it("passes on what the caller's own onToken throws", async () => {
    const onToken = (): void => {
      throw new RangeError("mine");
    };
    await expect(model.generate([sample.prompt], { n: 1, sampling, onToken })).rejects.toThrow(RangeError);
  });

  it("never samples banned ids and stops within 200 ms of an abort, keeping what it has", async () => {
    const bannedIds = Array.from({ length: 630 }, (_, id) => id);
    const controller = new AbortController();
    const running = model.generate([sample.prompt], {
      n: 2,
      sampling: { maxTokens: 100_000, stopIds: [], seed: 1, bannedIds },
      signal: controller.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const abortedAt = performance.now();
    controller.abort();
    const [group] = await running;
    expect(performance.now() - abortedAt).toBeLessThan(200);
    for (const completion of group?.completions ?? []) {
      expect(completion.stopReason).toBe("abort");
      expect(completion.ids.length).toBeGreaterThan(0);
      expect(Math.min(...completion.ids)).toBeGreaterThanOrEqual(630);
    }
  });

  it("stops within 200 ms of an abort while a long prompt is read, and goes on with the next call", async () => {
    const long = { ids: Int32Array.from({ length: 60_000 }, (_, i) => 10 + (i % 500)), media: [] };
    const controller = new AbortController();
    const running = model.generate([long, sample.prompt], { n: 1, sampling, rowsAtOnce: 1, signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const abortedAt = performance.now();
    controller.abort();
    const groups = await running;
    expect(performance.now() - abortedAt).toBeLessThan(200);
    for (const { completions } of groups)
      expect(completions[0]).toMatchObject({ stopReason: "abort", ids: new Int32Array() });
    const [next] = await model.generate([sample.prompt], { n: 1, sampling });
    expect(next!.completions[0]!.ids.length).toBeGreaterThan(0);
  });
});

describe("weights", () => {
  const batch = (): Batch => [{ prompt: sample.prompt, completions }];

  it("are the same bits after save and load", async () => {
    const trained = await model.clone();
    await train(trained, batch(), 1);
    await trained.save(join(folder, "saved"));
    const loaded = await engine.load(join(folder, "saved"));
    expect(await parametersOf(loaded)).toEqual(await parametersOf(trained));
    const config = JSON.parse(readFileSync(join(folder, "saved", "config.json"), "utf8")) as { hidden_size: number };
    expect(config.hidden_size).toBe(64);
  });

  it("take the same further steps, bit for bit, after saveState and loadState", async () => {
    const first = await model.clone();
    await train(first, batch(), 2);
    await first.saveState(join(folder, "state"));
    const second = await model.clone();
    await second.loadState(join(folder, "state"));
    await train(first, batch(), 2);
    await train(second, batch(), 2);
    expect(await parametersOf(second)).toEqual(await parametersOf(first));
    expect(await parametersOf(first)).not.toEqual(await parametersOf(model));
  });

  it("repeat bit for bit at one thread count", async () => {
    const [a, b] = [await model.clone(), await model.clone()];
    await train(a, batch(), 2);
    await train(b, batch(), 2);
    expect(await parametersOf(a)).toEqual(await parametersOf(b));
  });

  it("become the same bits with one thread as with two", async () => {
    const single = await openEngine({ threads: 1 });
    const [a, b] = [await model.clone(), await single.load(oraclePath("tiny-qwen25vl"))];
    const lone = await loadSample(b, "video");
    await train(a, batch(), 2);
    await train(b, [{ prompt: lone.prompt, completions }], 2);
    expect(await parametersOf(b)).toEqual(await parametersOf(a));
    single.dispose();
  });

  it("that are frozen stay, and the others still learn", async () => {
    const frozen = await engine.load(oraclePath("tiny-qwen25vl"), { frozen: ["visual."] });
    await train(frozen, batch(), 1);
    for (const { name, trainable } of frozen.parameters) {
      expect(trainable).toBe(!name.startsWith("visual."));
      const same = largestDifference(await frozen.readParameter(name), await model.readParameter(name)) === 0;
      expect(same, name).toBe(name.startsWith("visual."));
    }
  });

  it("blend towards another model", async () => {
    const [reference, policy] = [await model.clone({ trainable: false }), await model.clone()];
    await train(policy, batch(), 1);
    const name = "model.layers.0.mlp.down_proj.weight";
    const [before, other] = [await reference.readParameter(name), await policy.readParameter(name)];
    await reference.blend(policy, 0.75);
    const expected = before.map((value, i) => 0.75 * value + 0.25 * (other[i] as number));
    expect(largestDifference(await reference.readParameter(name), expected)).toBeLessThan(1e-7);
    expect(reference.weightVersion).toBe(2);
  });

  it("blended again and again keep 0.995^n of where they began", async () => {
    const [reference, policy] = [await model.clone({ trainable: false }), await model.clone()];
    await train(policy, batch(), 1);
    const name = "model.layers.0.mlp.down_proj.weight";
    const [before, other] = [await reference.readParameter(name), await policy.readParameter(name)];
    for (let n = 0; n < 20; n++) await reference.blend(policy, 0.995);
    const kept = 0.995 ** 20;
    const expected = before.map((value, i) => kept * value + (1 - kept) * (other[i] as number));
    expect(largestDifference(await reference.readParameter(name), expected)).toBeLessThan(1e-6);
  });

  it("are left alone when a gradient is not finite, and the culprit is named", async () => {
    const subject = await model.clone();
    const before = await parametersOf(subject);
    const tape = await subject.forward(batch());
    await tape.backward(new Float32Array(tape.logProbs.length).fill(Infinity));
    const step = await subject.step({ learningRate: 1e-3 });
    expect(step.skipped).toBe(true);
    expect(subject.parameters.map(({ name }) => name)).toContain(step.culprit);
    expect(await parametersOf(subject)).toEqual(before);
    expect((await subject.step({ learningRate: 0 })).gradientNorm).toBe(0);
  });
});
