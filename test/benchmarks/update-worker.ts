/**
 * One update as the demo's RL stage does it, without what lies around the engine: 16 prompts of 68 tokens with a clip of 8
 * frames of 84 x 84, groups of 8 and twin groups of 4, log-probabilities of the reference, forward, backward, step.
 * Answers have fixed lengths, so every update is the same work. One line of JSON in, one out.
 *
 * Usage: node update-worker.ts FOLDER — the checkout whose engine is measured.
 */
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Engine, Frames, Model, PackedGroup, Prompt } from "../../native/index.ts";

const folder = resolve(process.argv[2]!);
const { openEngine } = (await import(pathToFileURL(`${folder}/native/index.ts`).href)) as {
  openEngine: (options: { threads: number }) => Promise<Engine>;
};

export interface PhaseTimes {
  readonly wall: number;
  readonly user: number;
  readonly system: number;
}

const promptCount = 16;
const promptTokens = 68;
const answerTokens = 22;
const pixels = 84;
const special = { start: 513, end: 514, video: 517, stop: 512 };

function noise(seed: number): Frames {
  let state = seed;
  const data = Uint8Array.from({ length: 8 * pixels * pixels * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { data, count: 8, height: pixels, width: pixels };
}

const clips = Array.from({ length: 2 * promptCount }, (_, i) => noise(i + 1));

async function promptOf(model: Model, seed: number): Promise<Prompt> {
  const media = await model.encode(clips[seed]!, { kind: "video", secondsPerGrid: 1 });
  const text = promptTokens - media.tokens - 2;
  const ids = [special.start, ...Array<number>(media.tokens).fill(special.video), special.end];
  for (let i = 0; i < text; i++) ids.push(65 + ((seed * 7 + i * 13) % 190));
  return { ids: Int32Array.from(ids), media: [media] };
}

async function timed<T>(into: Record<string, PhaseTimes>, name: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const last = into[name] ?? { wall: 0, user: 0, system: 0 };
  into[name] = {
    wall: last.wall + performance.now() - begin,
    user: last.user + user / 1000,
    system: last.system + system / 1000,
  };
  return result;
}

async function update(policy: Model, reference: Model, step: number): Promise<Record<string, PhaseTimes>> {
  const phases: Record<string, PhaseTimes> = {};
  const groups = await timed(phases, "vision", () =>
    Promise.all(Array.from({ length: promptCount }, (_, i) => promptOf(policy, i))),
  );
  const twins = await timed(phases, "vision", () =>
    Promise.all(Array.from({ length: promptCount }, (_, i) => promptOf(policy, promptCount + i))),
  );
  const sampling = {
    maxTokens: answerTokens,
    stopIds: [],
    bannedIds: [special.stop],
    seed: step,
    temperature: 1,
    topP: 1,
  };
  const answers = await timed(phases, "rollout", async () => {
    const ordered = await policy.generate(groups, { n: 8, sampling });
    await policy.generate(twins, { n: 4, sampling });
    return ordered;
  });
  const packed: PackedGroup[] = groups.map((prompt, i) => ({
    prompt,
    completions: answers[i]!.completions.map(({ ids }) => ids),
  }));
  await timed(phases, "reference", () => reference.score(packed));
  const tape = await timed(phases, "forward", () => policy.forward(packed));
  const gradient = Float32Array.from(
    tape.logProbs,
    (_, i) => Math.cos(Math.floor(i / answerTokens)) / tape.logProbs.length,
  );
  await timed(phases, "backward", () => tape.backward(gradient));
  await timed(phases, "update", () => policy.step({ learningRate: 1e-4, clip: 1, weightDecay: 0.01 }));
  for (const { media } of [...groups, ...twins]) for (const medium of media) medium.dispose();
  return phases;
}

const models = new Map<number, { policy: Model; reference: Model }>();
async function modelsOf(threads: number): Promise<{ policy: Model; reference: Model }> {
  const known = models.get(threads);
  if (known) return known;
  const engine = await openEngine({ threads });
  const base = resolve("resources/base-model");
  const policy = await engine.load(base);
  const made = { policy, reference: await engine.load(base, { trainable: false }) };
  models.set(threads, made);
  for (let step = 0; step < 3; step++) await update(policy, made.reference, step); // outside the clock
  return made;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { threads, updates } = JSON.parse(line) as { threads: number; updates: number };
  const { policy, reference } = await modelsOf(threads);
  const results: Record<string, PhaseTimes>[] = [];
  for (let step = 0; step < updates; step++) results.push(await update(policy, reference, step));
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
