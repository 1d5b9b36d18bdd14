/**
 * The engine's side of `npm run bench -- engine`: answers the same requests as its peer
 * (test/peers/torch_engine_peer.py), with the same shapes, one line of JSON each.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Engine, type Model, type Prompt, openEngine } from "../../native/index.ts";
import { config, frameCount, noise, promptOf, range } from "./small-model.ts";

interface Request {
  readonly row: string;
  readonly threads: number;
  readonly seconds: number;
}
/** One repetition: `prepare` runs outside the clock; what `run` returns replaces the clock's reading. */
interface Work {
  readonly prepare?: () => Promise<void>;
  readonly run: () => Promise<number | undefined>;
}

const completionTokens = 64;
const groupSize = 8;

async function makePrompts(model: Model, count: number): Promise<Prompt[]> {
  // Clips that show the same are embedded once: each is its own.
  const media = range(0, count).map((i) =>
    model.encode(noise(frameCount, 7 + i), { kind: "video", secondsPerGrid: 1 }),
  );
  return (await Promise.all(media)).map(promptOf);
}

async function forwardWork(model: Model): Promise<Work> {
  const answer = range(100, completionTokens);
  let prompts: Prompt[] = [];
  return {
    // The peer encodes its clips in every pass: clips that are new have no embeddings yet.
    prepare: async () => {
      for (const { media } of prompts) for (const clip of media) clip.dispose();
      prompts = await makePrompts(model, 8);
    },
    run: async () => {
      const batch = prompts.map(({ ids, media }) => ({
        prompt: { ids: Int32Array.from([...ids, ...answer]), media },
        completions: [],
        scorePrompt: true,
      }));
      await model.score(batch);
    },
  };
}

async function trainWork(model: Model): Promise<Work> {
  const prompts = await makePrompts(model, 8);
  const completions = [Int32Array.from(range(100, completionTokens))];
  const batch = prompts.map((prompt) => ({ prompt, completions }));
  return {
    run: async () => {
      const tape = await model.forward(batch);
      await tape.backward(new Float32Array(tape.logProbs.length).fill(-1 / tape.logProbs.length));
      await model.step({ learningRate: 1e-4, clip: 1, weightDecay: 0.01 });
    },
  } as Work;
}

async function groupWork(model: Model): Promise<Work> {
  const [prompt] = await makePrompts(model, 1);
  const completions = range(0, groupSize).map((k) =>
    Int32Array.from({ length: completionTokens }, (_, i) => 100 + ((k * 1900 + i * 977) % 1900)),
  );
  return {
    run: async () => {
      const tape = await model.forward([{ prompt: prompt!, completions }]);
      await tape.backward(
        Float32Array.from(
          tape.logProbs,
          (_, i) => Math.cos(Math.floor(i / completionTokens)) / (groupSize * completionTokens),
        ),
      );
      await model.zeroGradients();
    },
  } as Work;
}

async function decodeWork(model: Model, count: number): Promise<Work> {
  const prompts = await makePrompts(model, count);
  const generate = async (maxTokens: number): Promise<number> => {
    const begin = performance.now();
    await model.generate(prompts, { n: 1, sampling: { maxTokens, stopIds: [], seed: 1, temperature: 1, topP: 0.95 } });
    return (performance.now() - begin) / 1000;
  };
  await generate(2);
  const faster = async (tokens: number): Promise<number> => Math.min(await generate(tokens), await generate(tokens));
  // Reading the prompt is left out: the time of one token is the difference over 64.
  return { run: async () => ((await faster(66)) - (await faster(2))) / 64 };
}

const makers: Record<string, (model: Model) => Promise<Work>> = {
  tiny_forward_b8: forwardWork,
  tiny_train_step_b8: trainWork,
  tiny_grpo_group_step: groupWork,
  tiny_decode_b1: (model) => decodeWork(model, 1),
  tiny_decode_b8: (model) => decodeWork(model, 8),
};

const engines = new Map<number, Engine>();
const works = new Map<string, Work>();

async function workFor(row: string, threads: number): Promise<Work> {
  const key = `${row} ${threads}`;
  const known = works.get(key);
  if (known) return known;
  const engine = engines.get(threads) ?? (await openEngine({ threads }));
  engines.set(threads, engine);
  const work = await makers[row]!(await engine.initialise(config, { seed: 1 }));
  works.set(key, work);
  await work.prepare?.();
  await work.run(); // once outside the clock
  return work;
}

async function measure({ row, threads, seconds }: Request): Promise<object> {
  const product = /^gemm_(f32|bf16)_(\d+)$/.exec(row);
  if (product) {
    const program = "native/build/gemm_bench";
    if (!existsSync(program)) throw new Error(`${program} is not there. Build it with \`npm run build:native\`.`);
    const args = ["--slice", product[1]!, product[2]!, String(threads), String(seconds)];
    return JSON.parse(execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 27 })) as object;
  }
  const work = await workFor(row, threads);
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; times.length === 0 || performance.now() < end;) {
    await work.prepare?.();
    const begin = performance.now();
    const own = await work.run();
    times.push(own ?? (performance.now() - begin) / 1000);
  }
  return { seconds: times };
}

/** Bytes that a group step adds at its peak to a process that has everything loaded but did no step yet. */
async function memory(threads: number): Promise<object> {
  const model = await (await openEngine({ threads })).initialise(config, { seed: 1 });
  const work = await groupWork(model);
  const before = process.memoryUsage.rss();
  writeFileSync("/proc/self/clear_refs", "5");
  for (let i = 0; i < 3; i++) await work.run();
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
  return { bytes: peak - before, process: peak };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  const answer = request.row === "memory" ? await memory(request.threads) : await measure(request);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
