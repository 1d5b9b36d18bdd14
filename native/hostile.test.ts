import { mkdtempSync, rmSync, writeFileSync, mkdirSync, copyFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type EngineError, type Model, openEngine } from "./index.ts";
import { oraclePath } from "./testing/oracle.ts";
import { type Sample, loadSample } from "./testing/samples.ts";

let engine: Engine;
let model: Model;
let sample: Sample;
let folder: string;

beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
  model = await engine.load(oraclePath("tiny-qwen25vl"));
  sample = await loadSample(model, "image");
  folder = mkdtempSync(join(tmpdir(), "engine-"));
});
afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const sampling = { maxTokens: 4, stopIds: [], seed: 0 };
const text = { ids: Int32Array.from([1, 2, 3]), media: [] };
/** A value of the wrong type, as JavaScript would let it through. */
const wrong = (value: unknown): never => value as never;

async function failureOf(call: () => Promise<unknown>): Promise<EngineError> {
  try {
    await call();
  } catch (error) {
    return error as EngineError;
  }
  throw new Error("The call was expected to fail.");
}

describe("hostile arguments are refused with a sentence, and the engine goes on", () => {
  const cases: Record<string, () => Promise<unknown>> = {
    "an id outside the vocabulary": () => model.score([{ prompt: text, completions: [Int32Array.from([640])] }]),
    "a negative id": () => model.generate([{ ids: Int32Array.from([-1]), media: [] }], { n: 1, sampling }),
    "an empty prompt": () => model.generate([{ ids: new Int32Array(0), media: [] }], { n: 1, sampling }),
    "an empty batch": () => model.score([]),
    "no prompts": () => model.generate([], { n: 1, sampling }),
    "placeholders without media": () =>
      model.score([{ prompt: { ids: sample.whole.ids, media: [] }, completions: [] }]),
    "media without placeholders": () =>
      model.score([{ prompt: { ids: text.ids, media: sample.whole.media }, completions: [] }]),
    "too few placeholders": () =>
      model.score([{ prompt: { ids: Int32Array.from([1, 590, 2]), media: sample.whole.media }, completions: [] }]),
    "ids of the wrong type": () => model.score([{ prompt: wrong({ ids: [1, 2], media: [] }), completions: [] }]),
    "media of the wrong type": () => model.score([{ prompt: wrong({ ids: text.ids, media: [{}] }), completions: [] }]),
    "completions of the wrong type": () => model.score([{ prompt: text, completions: wrong("abc") }]),
    "n of zero": () => model.generate([text], { n: 0, sampling }),
    "a fractional maxTokens": () => model.generate([text], { n: 1, sampling: { ...sampling, maxTokens: 1.5 } }),
    "a NaN temperature": () => model.score([{ prompt: text, completions: [] }], { temperature: NaN }),
    "a temperature of zero": () => model.generate([text], { n: 1, sampling: { ...sampling, temperature: 0 } }),
    "a stop id outside the vocabulary": () =>
      model.generate([text], { n: 1, sampling: { ...sampling, stopIds: [9999] } }),
    "every id banned": () =>
      model.generate([text], { n: 1, sampling: { ...sampling, bannedIds: Array.from({ length: 640 }, (_, i) => i) } }),
    "frames that are too short": () =>
      model.encode({ data: new Uint8Array(10), count: 1, height: 28, width: 28 }, { kind: "image" }),
    "frames that do not divide into blocks": () =>
      model.encode({ data: new Uint8Array(30 * 28 * 3), count: 1, height: 30, width: 28 }, { kind: "image" }),
    "two frames of an image": () =>
      model.encode({ data: new Uint8Array(2 * 28 * 28 * 3), count: 2, height: 28, width: 28 }, { kind: "image" }),
    "an endless clip": () =>
      model.encode({ data: new Uint8Array(0), count: Infinity, height: 28, width: 28 }, { kind: "video" }),
    "a learning rate of NaN": () => model.step({ learningRate: NaN }),
    "an unknown parameter": () => model.readParameter("no.such.weight"),
    "a model of no kind": () => model.blend(wrong({}), 0.5),
    "a config that is no model": () => engine.initialise({ model_type: "bert" }, { seed: 1 }),
    "a folder that does not exist": () => engine.load(join(folder, "nothing")),
    "a path that is no string": () => engine.load(wrong(7)),
    "a thread count of a million": () => openEngine({ threads: 1_000_000 }),
    "a CUDA device that is not there": () => openEngine({ device: "cuda" }),
  };

  it.each(Object.keys(cases))("%s", async (name) => {
    const failure = await failureOf(cases[name] as () => Promise<unknown>);
    expect(failure.name).toBe("EngineError");
    expect(failure.message).toMatch(/[.!]$/);
    await model.score([{ prompt: text, completions: [Int32Array.from([4])] }]);
  });

  it("derivatives of the wrong length or with NaN, and a second backward pass", async () => {
    const tape = await model.forward([{ prompt: text, completions: [Int32Array.from([4, 5])] }]);
    expect((await failureOf(() => tape.backward(new Float32Array(3)))).code).toBe("BAD_ARGUMENT");
    expect((await failureOf(() => tape.backward(new Float32Array([NaN, 0])))).message).toContain("NaN");
    await tape.backward(new Float32Array(2));
    expect((await failureOf(() => tape.backward(new Float32Array(2)))).message).toContain("spent");
    tape.dispose();
    expect((await failureOf(() => tape.backward(new Float32Array(2)))).code).toBe("DISPOSED");
  });

  it("calls after dispose", async () => {
    const other = await openEngine({ threads: 1 });
    const loaded = await other.load(oraclePath("tiny-qwen25vl"));
    const pending = loaded.generate([text], { n: 64, sampling: { ...sampling, maxTokens: 10_000 } });
    other.dispose();
    expect((await failureOf(() => loaded.score([{ prompt: text, completions: [] }]))).code).toBe("DISPOSED");
    expect((await pending)[0]?.completions[0]?.stopReason).toBe("abort");
    loaded.dispose();
    expect((await failureOf(() => loaded.save(folder))).code).toBe("DISPOSED");
  });

  it("an aborted signal", async () => {
    const signal = AbortSignal.abort();
    const failure = await failureOf(() => model.score([{ prompt: text, completions: [] }], { signal }));
    expect(failure.code).toBe("ABORTED");
  });
});

describe("damaged checkpoints are refused, naming the file", () => {
  /** A copy of the tiny checkpoint with its weights file changed. */
  function damaged(name: string, change: (bytes: Buffer) => Buffer): string {
    const directory = join(folder, name);
    mkdirSync(directory);
    copyFileSync(oraclePath("tiny-qwen25vl", "config.json"), join(directory, "config.json"));
    writeFileSync(
      join(directory, "model.safetensors"),
      change(readFileSync(oraclePath("tiny-qwen25vl", "model.safetensors"))),
    );
    return directory;
  }
  const replaced = (bytes: Buffer, from: string, to: string): Buffer => {
    const at = bytes.indexOf(from);
    if (at < 0 || from.length !== to.length) throw new Error(`${from} cannot be replaced`);
    bytes.write(to, at);
    return bytes;
  };
  const cases: Record<string, (bytes: Buffer) => Buffer> = {
    truncated: (bytes) => bytes.subarray(0, bytes.length - 100),
    "an empty file": () => Buffer.alloc(0),
    "a header longer than the file": (bytes) => {
      bytes.writeBigUInt64LE(BigInt(bytes.length), 0);
      return bytes;
    },
    "a huge header": (bytes) => {
      bytes.writeBigUInt64LE(2n ** 60n, 0);
      return bytes;
    },
    "a header that is no JSON": (bytes) => replaced(bytes, '{"', "[["),
    "an unknown dtype": (bytes) => replaced(bytes, '"F32"', '"Q32"'),
    "another shape": (bytes) => replaced(bytes, "[640,64]", "[641,64]"),
    "a missing tensor": (bytes) => replaced(bytes, '"model.norm.weight"', '"model.norn.weight"'),
    "bytes at the end": (bytes) => Buffer.concat([bytes, Buffer.alloc(8)]),
  };

  it.each(Object.keys(cases))("%s", async (name) => {
    const directory = damaged(name.replaceAll(" ", "-"), cases[name] as (bytes: Buffer) => Buffer);
    const failure = await failureOf(() => engine.load(directory));
    expect(failure.code).toBe("BAD_CHECKPOINT");
    expect(failure.message).toContain(directory);
  });
});

describe("weights that overflow", () => {
  it("give a skipped step with its culprit and a refusal to sample, never a wrong id", async () => {
    const broken = await model.clone();
    const batch = [{ prompt: sample.whole, completions: [Int32Array.from([5, 6, 7])] }];
    const gradient = async (): Promise<void> => {
      const tape = await broken.forward(batch);
      await tape.backward(new Float32Array(tape.logProbs.length).fill(-1));
    };
    // Without a gradient only the decay acts, here as a factor of -1e9 a step.
    for (let i = 0; i < 6; i++) await broken.step({ learningRate: 1e6, weightDecay: 1e3 });
    const before = await broken.readParameter("model.norm.weight");
    await gradient();
    const outcome = await broken.step({ learningRate: 1e-3 });
    expect(outcome.skipped).toBe(true);
    expect(broken.parameters.map(({ name }) => name)).toContain(outcome.culprit);
    expect(await broken.readParameter("model.norm.weight")).toEqual(before);
    for (const greedy of [true, false]) {
      const failure = await failureOf(() =>
        broken.generate([sample.whole], { n: 2, sampling: { ...sampling, greedy, bannedIds: [3] } }),
      );
      expect(failure.message).toMatch(/logits are not finite.*earlier checkpoint/);
    }
  });
});
