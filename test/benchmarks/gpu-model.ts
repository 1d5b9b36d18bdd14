/**
 * The rows of `npm run bench -- gpu` that are whole models: an update of one rollout group and decoding, on random weights of
 * Qwen2.5-VL-3B made on this machine (minutes), stored as bfloat16. `tiny` runs the same at the size of the tests.
 */
import { type Engine, type LoadOptions, type Media, type Model, openEngine } from "../../native/index.ts";
import { QWEN_3B } from "../../science/memory/qwen.ts";

interface Size {
  readonly name: string;
  readonly config: typeof QWEN_3B;
  /** Of the clip, in pixels; two frames are one temporal grid. */
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly promptText: number;
  readonly answer: number;
  readonly decoded: number;
  readonly batches: readonly number[];
}

/** A group as Video-R1 trains it: 16 frames of 16:9, 960 visual tokens, eight answers of 500 tokens. */
const REAL: Size = {
  ...{ name: "3b", config: QWEN_3B, frames: 16, height: 224, width: 420, promptText: 390 },
  ...{ answer: 500, decoded: 64, batches: [1, 8, 64] },
};
const TINY: Size = {
  ...{ name: "tiny", frames: 2, height: 56, width: 56, promptText: 8, answer: 8, decoded: 4, batches: [1, 2] },
  config: {
    ...QWEN_3B,
    ...{ hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 640 },
    ...{ image_token_id: 600, video_token_id: 601, vision_start_token_id: 602, vision_end_token_id: 603 },
    ...{ eos_token_id: 1, rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] } },
    vision_config: {
      ...QWEN_3B.vision_config,
      ...{ depth: 2, hidden_size: 48, intermediate_size: 64, num_heads: 2, out_hidden_size: 64 },
      fullatt_block_indexes: [1],
    },
  } as unknown as typeof QWEN_3B,
};

const GROUP = 8;
const ROUNDS = 5;
const id = (place: number): number => 10 + ((place * 7919) % 500);

function promptOf({ config, promptText }: Size, clip: Media) {
  const text = Array.from({ length: promptText }, (_, i) => id(i));
  const pads = Array.from({ length: clip.tokens }, () => config.video_token_id);
  const ids = [...text, config.vision_start_token_id, ...pads, config.vision_end_token_id, id(promptText)];
  return { ids: Int32Array.from(ids), media: [clip] };
}

function clipOf({ frames, height, width }: Size, model: Model): Promise<Media> {
  const data = Uint8Array.from({ length: frames * height * width * 3 }, (_, i) => (i * 2654435761) >>> 24);
  return model.encode({ data, count: frames, height, width }, { kind: "video" });
}

/** Median seconds of `work`, which ends with a value that the device must have computed. */
async function secondsOf(work: () => Promise<void>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const begin = performance.now();
    await work();
    times.push((performance.now() - begin) / 1000);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

function row(name: string, seconds: number, tokens: number, bytes: number): void {
  const rate = `${Math.round(tokens / seconds)} tokens/s`;
  console.log(
    `${name.padEnd(24)}${(seconds * 1e3).toFixed(1).padStart(9)} ms ${rate.padStart(16)}  ${(bytes / 1e9).toFixed(2)} GB`,
  );
}

async function updateRow(engine: Engine, size: Size, name: string, options: LoadOptions): Promise<void> {
  const model = await engine.initialise(size.config, { seed: 1, dtype: "bf16", ...options });
  const prompt = promptOf(size, await clipOf(size, model));
  const completions = Array.from({ length: GROUP }, (_, k) =>
    Int32Array.from({ length: size.answer }, (_, i) => id(k * size.answer + i)),
  );
  const seconds = await secondsOf(async () => {
    const tape = await model.forward([{ prompt, completions }]);
    const count = tape.logProbs.length;
    await tape.backward(Float32Array.from({ length: count }, (_, i) => Math.cos(i) / count));
    await model.step({ learningRate: 1e-6, clip: 5, weightDecay: 0.01 });
    await model.readParameter("model.norm.weight");
  });
  row(`${name}_${size.name}_g${GROUP}`, seconds, prompt.ids.length + GROUP * size.answer, model.memory().peak);
  model.dispose();
}

async function decodeRows(engine: Engine, size: Size): Promise<void> {
  const model = await engine.initialise(size.config, { seed: 1, dtype: "bf16", trainable: false });
  const prompt = promptOf(size, await clipOf(size, model));
  const generate = async (n: number, maxTokens: number): Promise<void> => {
    await model.generate([prompt], { n, sampling: { maxTokens, stopIds: [], seed: 1, temperature: 1, topP: 0.95 } });
  };
  for (const graphs of ["off", "on"])
    for (const n of size.batches) {
      process.env.SECONDLOOK_CUDA_GRAPHS = graphs;
      // Reading the prompt is left out: the difference of two lengths.
      const long = await secondsOf(() => generate(n, size.decoded + 2));
      const seconds = (long - (await secondsOf(() => generate(n, 2)))) / size.decoded;
      row(`decode_${size.name}_b${n}${graphs === "off" ? "_queued" : ""}`, seconds, n, model.memory().peak);
    }
  delete process.env.SECONDLOOK_CUDA_GRAPHS;
  model.dispose();
}

/** `whole`: also trains every weight, for devices with 80 GB or more. */
export async function benchGpuModels(tiny: boolean, whole: boolean): Promise<void> {
  const size = tiny ? TINY : REAL;
  const engine = await openEngine({ device: "cuda", determinism: 1 });
  try {
    await decodeRows(engine, size);
    await updateRow(engine, size, "update_lora", { lora: { rank: 16, alpha: 32, seed: 1 } });
    if (whole) await updateRow(engine, size, "update_whole", {});
  } finally {
    engine.dispose();
  }
}
