import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type Model, openEngine } from "./index.ts";
import { floats, integers, largestDifference, oracleJson, oraclePath } from "./testing/oracle.ts";
import { type Sample, answerBatch, loadSample } from "./testing/samples.ts";

interface Fingerprint {
  readonly absmax: number;
  readonly at: readonly number[];
  readonly values: readonly number[];
}
interface Reference {
  readonly loss: number;
  readonly grad_norm: number;
  readonly loss_after_step: number;
  readonly second_per_grid_ts: readonly number[] | null;
  readonly stop_eos: number;
  readonly adamw: { lr: number; beta1: number; beta2: number; eps: number; weight_decay: number; clip: number };
  readonly grads: Readonly<Record<string, Fingerprint>>;
  readonly updated: Readonly<Record<string, Fingerprint>>;
}

describe.each(["image", "video"] as const)("reference vectors of the tiny checkpoint: %s", (kind) => {
  const reference = oracleJson<Reference>("model", "tiny-qwen25vl", `${kind}.json`);
  let engine: Engine;
  let model: Model;
  let sample: Sample;

  beforeAll(async () => {
    engine = await openEngine({ threads: 1 });
    model = await engine.load(oraclePath("tiny-qwen25vl"));
    sample = await loadSample(model, kind, reference.second_per_grid_ts?.[0] ?? 1);
  });
  afterAll(() => engine.dispose());

  it("equals every intermediate state within 2e-4", async () => {
    const trace = await model.trace(sample.whole);
    const names = [...sample.tensors.keys()].filter((name) =>
      /^(vision\.\w+\.(patch_embed|block\.\d+|merged)|lm\.layer\.\d+|lm\.norm|logits)$/.test(name),
    );
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) {
      expect(trace.has(name), name).toBe(true);
      const difference = largestDifference(trace.get(name) as Float32Array, floats(sample.tensors, name));
      expect(difference, name).toBeLessThan(2e-4);
    }
  });

  it("equals the log-probabilities and entropies, also at temperature 0.7", async () => {
    for (const [temperature, suffix] of [
      [1, ""],
      [0.7, "_temp0.7"],
    ] as const) {
      const scores = await model.score([{ prompt: sample.whole, completions: [], scorePrompt: true }], { temperature });
      expect(largestDifference(scores.logProbs, floats(sample.tensors, `logps${suffix}`))).toBeLessThan(2e-4);
      const entropy = floats(sample.tensors, `entropy${suffix}`).slice(0, -1);
      expect(largestDifference(scores.entropy, entropy)).toBeLessThan(2e-4);
    }
  });

  it("decodes the same greedy tokens, with and without a stop id", async () => {
    const expected = integers(sample.tensors, "gen.tokens");
    const sampling = { greedy: true, maxTokens: expected.length, stopIds: [], seed: 0 };
    const [free] = await model.generate([sample.prompt], { n: 1, sampling });
    expect([...(free?.completions[0]?.ids ?? [])]).toEqual([...expected]);
    const stopped = await model.generate([sample.prompt], {
      n: 1,
      sampling: { ...sampling, stopIds: [reference.stop_eos] },
    });
    const completion = stopped[0]?.completions[0];
    expect([...(completion?.ids ?? [])]).toEqual([...integers(sample.tensors, "gen.stop_tokens")]);
    expect(completion?.stopReason).toBe("stop");
  });

  it("equals loss, gradients and one AdamW step", async () => {
    const copy = await model.clone();
    const lossOf = (logProbs: Float32Array): number =>
      -logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
    const tape = await copy.forward(answerBatch(sample));
    expect(lossOf(tape.logProbs)).toBeCloseTo(reference.loss, 4);
    await tape.backward(new Float32Array(tape.logProbs.length).fill(-1 / tape.logProbs.length));
    for (const [name, expected] of Object.entries(reference.grads)) {
      const gradient = await copy.readGradient(name);
      expected.at.forEach((at, i) => {
        const difference = Math.abs((gradient[at] as number) - (expected.values[i] as number));
        expect(difference, `${name}[${at}]`).toBeLessThanOrEqual(1e-3 * expected.absmax);
      });
    }
    const { lr, beta1, beta2, eps, weight_decay, clip } = reference.adamw;
    const step = await copy.step({
      learningRate: lr,
      beta1,
      beta2,
      epsilon: eps,
      weightDecay: weight_decay,
      clip,
      skipNormDecay: false,
    });
    expect(step.skipped).toBe(false);
    expect(Math.abs(step.gradientNorm / reference.grad_norm - 1)).toBeLessThan(1e-4);
    for (const [name, expected] of Object.entries(reference.updated ?? {})) {
      const updated = await copy.readParameter(name);
      expected.at.forEach((at, i) =>
        expect(Math.abs((updated[at] as number) - (expected.values[i] as number)), name).toBeLessThan(5e-5),
      );
    }
    const after = await copy.score(answerBatch(sample));
    expect(Math.abs(lossOf(after.logProbs) - reference.loss_after_step)).toBeLessThan(2e-3);
    copy.dispose();
  });
});
