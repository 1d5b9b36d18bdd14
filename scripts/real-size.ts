/**
 * Runs the engine at the size of the real model: writes a random sharded bfloat16 checkpoint of Qwen2.5-VL-3B's
 * configuration (7.5 GB), loads it mapped, encodes 16 frames, generates, and prints memory and speed beside the bound that
 * memory bandwidth sets, measured in the same run. `npm run real-size -- [--folder DIR] [--tokens N] [--threads N] [--keep]`
 */
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openEngine } from "../native/index.ts";
import { architectureOf, type TensorShape } from "../science/memory/architecture.ts";
import { QWEN_3B } from "../science/memory/qwen.ts";

const SHARD_BYTES = 4e9;
const BLOCK = 1 << 22;

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: join(tmpdir(), "secondlook-3b") },
    tokens: { type: "string", default: "16" },
    threads: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});

const shape = architectureOf(QWEN_3B);
const elements = (tensor: TensorShape): number => tensor.shape.reduce((product, size) => product * size, 1);
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** A block of bfloat16 with the given deviation; tensors are cut from it at random places. */
function randomBlock(deviation: number): Uint8Array {
  const wide = new Float32Array(BLOCK);
  for (let i = 0; i < BLOCK; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    wide[i] = radius * Math.cos(angle);
    wide[i + 1] = radius * Math.sin(angle);
  }
  const bits = new Uint16Array(wide.buffer);
  return new Uint8Array(Uint16Array.from({ length: BLOCK }, (_, i) => bits[2 * i + 1]!).buffer);
}

function constantBlock(bits: number): Uint8Array {
  return new Uint8Array(new Uint16Array(BLOCK).fill(bits).buffer);
}

function writeCheckpoint(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const blocks = new Map<string, Uint8Array>();
  const blockFor = ({ name, shape: extents }: TensorShape): { block: Uint8Array; shifts: boolean } => {
    const inputs = extents.slice(1).reduce((product, size) => product * size, 1);
    const one = extents.length === 1;
    const key = one
      ? name.endsWith(".bias")
        ? "zero"
        : "one"
      : name.includes("embed_tokens")
        ? "embedding"
        : `${inputs}`;
    const make = (): Uint8Array =>
      key === "zero"
        ? constantBlock(0)
        : key === "one"
          ? constantBlock(0x3f80)
          : randomBlock(key === "embedding" ? 0.05 : 0.8 / Math.sqrt(inputs));
    if (!blocks.has(key)) blocks.set(key, make());
    return { block: blocks.get(key)!, shifts: !one };
  };
  const shards: TensorShape[][] = [[]];
  let size = 0;
  for (const tensor of shape.tensors) {
    if (size + 2 * elements(tensor) > SHARD_BYTES) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)!.push(tensor);
    size += 2 * elements(tensor);
  }
  const weightMap: Record<string, string> = {};
  shards.forEach((tensors, index) => {
    const name = `model-${String(index + 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.safetensors`;
    let at = 0;
    const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
    for (const tensor of tensors) {
      header[tensor.name] = { dtype: "BF16", shape: tensor.shape, data_offsets: [at, at + 2 * elements(tensor)] };
      at += 2 * elements(tensor);
      weightMap[tensor.name] = name;
    }
    let text = Buffer.from(JSON.stringify(header));
    text = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
    const file = openSync(join(folder, name), "w");
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeSync(file, length);
    writeSync(file, text);
    for (const tensor of tensors) {
      const { block, shifts } = blockFor(tensor);
      for (let left = 2 * elements(tensor); left > 0;) {
        const from = shifts ? 2 * Math.floor((Math.random() * BLOCK) / 2) : 0;
        const count = Math.min(left, block.length - from);
        writeSync(file, block, from, count);
        left -= count;
      }
    }
    closeSync(file);
  });
  const total = { total_size: 2 * shape.parameterCount };
  writeFileSync(
    join(folder, "model.safetensors.index.json"),
    JSON.stringify({ metadata: total, weight_map: weightMap }),
  );
  writeFileSync(join(folder, "config.json"), JSON.stringify(QWEN_3B, null, 2));
}

/** Bytes of physical memory: now, and the most so far. */
function resident(): { now: number; most: number } {
  const status = readFileSync("/proc/self/status", "utf8");
  const read = (key: string): number => 1024 * Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)![1]);
  return { now: read("VmRSS"), most: read("VmHWM") };
}

function bandwidth(threads: number): number {
  const program = fileURLToPath(new URL("../native/build/bandwidth_bench", import.meta.url));
  return Number.parseFloat(execFileSync(program, [String(threads)], { encoding: "utf8" }));
}

async function measure(folder: string): Promise<void> {
  const before = resident().now;
  const engine = await openEngine(values.threads === undefined ? {} : { threads: Number(values.threads) });
  const { threads, instructionSet } = engine.info;
  const since = (start: number): number => (performance.now() - start) / 1000;
  const bandwidths = [bandwidth(threads)];
  console.log(
    `Engine: ${instructionSet}, ${threads} threads. Memory read at ${bandwidths[0]!.toFixed(1)} GB/s before.`,
  );
  let start = performance.now();
  const model = await engine.load(folder, { dtype: "bf16", trainable: false });
  console.log(
    `Loaded ${model.parameterCount.toLocaleString("en")} parameters in ${since(start).toFixed(2)} s, mapped.`,
  );

  const [count, height, width] = [16, 224, 420];
  const pixels = new Uint8Array(count * height * width * 3).map(() => Math.floor(Math.random() * 256));
  start = performance.now();
  const medium = await model.encode({ data: pixels, count, height, width }, { kind: "video" });
  const text = (length: number): number[] => Array.from({ length }, () => Math.floor(Math.random() * 150_000));
  const video = Array.from({ length: medium.tokens }, () => QWEN_3B.video_token_id);
  const ids = Int32Array.from([
    ...text(40),
    QWEN_3B.vision_start_token_id,
    ...video,
    QWEN_3B.vision_end_token_id,
    ...text(200),
  ]);
  const times: number[] = [];
  const tokens = Number(values.tokens);
  await model.generate([{ ids, media: [medium] }], {
    n: 1,
    sampling: { maxTokens: tokens, stopIds: [], seed: 1, bannedIds: [QWEN_3B.image_token_id, QWEN_3B.video_token_id] },
    onToken: (streamed) => times.push(...streamed.map(() => since(start))),
  });
  bandwidths.push(bandwidth(threads));
  const decode = (times.at(-1)! - times[0]!) / (tokens - 1);
  const memory = model.memory();
  const { mappedWeights = 0, weights = 0, keyValueCache = 0, activations = 0 } = memory.byPurpose;
  const most = resident().most - before;
  const bound = 1.2 * (mappedWeights + weights) + keyValueCache;
  // A token reads the layers and the head (tied to the embedding), not the vision tower.
  const read =
    2 * shape.tensors.filter(({ name }) => name.startsWith("model.")).reduce((sum, t) => sum + elements(t), 0);
  const best = Math.max(...bandwidths);
  console.log(`Prompt: ${ids.length} tokens, ${medium.tokens} of them from ${count} frames of ${width} x ${height}.`);
  console.log(
    `Weights ${gigabytes(mappedWeights)} mapped and ${gigabytes(weights)} own; KV ${gigabytes(keyValueCache)}; activations ${gigabytes(activations)}.`,
  );
  console.log(
    `Resident at most ${gigabytes(most)}; bound 1.2 x weights + KV = ${gigabytes(bound)}: ${most <= bound ? "within" : "OVER"}.`,
  );
  console.log(`Time to first token ${times[0]!.toFixed(1)} s (frames, vision tower, prompt).`);
  console.log(
    `Decoding ${(1 / decode).toFixed(2)} tokens/s over ${tokens - 1} tokens: ${gigabytes(read)} a token, ${(read / 1e9 / decode).toFixed(1)} GB/s.`,
  );
  console.log(
    `Memory read at ${bandwidths.map((value) => value.toFixed(1)).join(" and ")} GB/s (before, after): bound ${((best * 1e9) / read).toFixed(2)} tokens/s, reached ${((100 * read) / decode / best / 1e9).toFixed(0)} %.`,
  );
  engine.dispose();
  if (most > bound) process.exitCode = 1;
}

const folder = values.folder;
try {
  if (!existsSync(join(folder, "config.json"))) {
    const start = performance.now();
    writeCheckpoint(folder);
    console.log(
      `Wrote ${gigabytes(2 * shape.parameterCount)} to ${folder} in ${((performance.now() - start) / 1000).toFixed(0)} s.`,
    );
  }
  await measure(folder);
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
}
