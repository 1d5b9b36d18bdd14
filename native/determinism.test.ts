import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, type Engine, type Model, type PackedGroup, type Prompt, openEngine } from "./index.ts";
import { oraclePath } from "./testing/oracle.ts";
import { loadSample } from "./testing/samples.ts";

const THREADS = [1, 2, 3];
const completions = [
  [5, 6, 7, 8, 9],
  [30, 31],
  [100, 101, 102, 103, 104, 105, 106],
].map((ids) => Int32Array.from(ids));

interface World {
  readonly engine: Engine;
  readonly model: Model;
  readonly video: Prompt;
  readonly image: Prompt;
}

let worlds: World[];

beforeAll(async () => {
  worlds = await Promise.all(
    THREADS.map(async (threads) => {
      const engine = await openEngine({ threads, determinism: 2 });
      const model = await engine.load(oraclePath("tiny-qwen25vl"));
      const video = (await loadSample(model, "video")).prompt;
      return { engine, model, video, image: (await loadSample(model, "image")).prompt };
    }),
  );
});
afterAll(() => worlds.forEach(({ engine }) => engine.dispose()));

const text = (length: number): Prompt => ({
  ids: Int32Array.from({ length }, (_, i) => 40 + ((7 * i) % 300)),
  media: [],
});

/** The group of interest in several companies; `at` is its place. */
function companies({ video, image }: World): { batch: Batch; at: number }[] {
  const group: PackedGroup = { prompt: video, completions };
  const other: PackedGroup = { prompt: image, completions: completions.slice(1) };
  const long: PackedGroup = { prompt: text(700), completions };
  return [
    { batch: [group], at: 0 },
    { batch: [other, group], at: 1 },
    { batch: [long, group, other, long], at: 1 },
  ];
}

describe("determinism level 2", () => {
  it("is what the engine reports when it is asked for", async () => {
    expect(worlds[0]!.engine.info.determinism).toBe(2);
    await expect(openEngine({ determinism: 3 as never })).rejects.toThrow(/must be 0, 1 or 2/);
  });

  it("gives a group's scores the same bits on 1, 2 and 3 threads and in any company", async () => {
    const seen: Float32Array[] = [];
    for (const world of worlds) {
      for (const { batch, at } of companies(world)) {
        const scores = await world.model.score(batch);
        const row = batch.slice(0, at).reduce((sum, group) => sum + group.completions.length, 0);
        const [begin, end] = [scores.offsets[row]!, scores.offsets[row + completions.length]!];
        seen.push(Float32Array.from([...scores.logProbs.slice(begin, end), ...scores.entropy.slice(begin, end)]));
      }
    }
    for (const values of seen) expect(values).toEqual(seen[0]);
  });

  it("gives a prompt's samples and their log-probabilities the same bits likewise", async () => {
    const sampling = { maxTokens: 24, stopIds: [], seed: 5, temperature: 0.9, topP: 0.9 };
    const seen: object[] = [];
    for (const { model, video, image } of worlds) {
      const alone = await model.generate([video], { n: 3, sampling, streams: [9] });
      const among = await model.generate([image, video, text(700)], { n: 3, sampling, streams: [4, 9, 5] });
      seen.push(alone[0]!.completions, among[1]!.completions);
    }
    for (const group of seen) expect(group).toEqual(seen[0]);
  });

  it("reads what prompts have in common once where that is kept, and answers the same", async () => {
    const { engine, model } = worlds[1]!;
    const sampling = { maxTokens: 20, stopIds: [3], seed: 11 };
    const caching = await engine.load(oraclePath("tiny-qwen25vl"), { trainable: false, prefixCacheBytes: 1e8 });
    const { prompt } = await loadSample(caching, "video");
    const long = { ids: Int32Array.from([...Array<number>(100).fill(9), ...prompt.ids]), media: prompt.media };
    const prompts = [long, { ...long, ids: Int32Array.from([...long.ids, 11, 12]) }];
    const options = { n: 2, sampling, streams: [1, 2] };
    const plain = await model.generate(prompts, options);
    for (let time = 0; time < 2; time++) expect(await caching.generate(prompts, options)).toEqual(plain);
    const { prefixTokens, byPurpose } = caching.memory();
    expect(prefixTokens.reused).toBeGreaterThan(prefixTokens.read);
    expect(byPurpose["prefixCache"]).toBeGreaterThan(0);
    expect(model.memory().prefixTokens).toEqual({ reused: 0, read: 0 });
    caching.dispose();
  });

  it("gives the same answers where waiting prompts take the places of those that ended", async () => {
    const { model, video, image } = worlds[2]!;
    const sampling = { maxTokens: 30, stopIds: Array.from({ length: 40 }, (_, id) => id), seed: 6 };
    const prompts = [text(20), video, text(600), image, text(3)];
    const all = await model.generate(prompts, { n: 2, sampling });
    for (const rowsAtOnce of [1, 3, 5])
      expect(await model.generate(prompts, { n: 2, sampling, rowsAtOnce })).toEqual(all);
  });

  it("trains to the same bits on 1, 2 and 3 threads", async () => {
    const results: Float32Array[][] = [];
    for (const world of worlds) {
      const subject = await world.model.clone();
      for (let step = 0; step < 2; step++) {
        const tape = await subject.forward(companies(world)[1]!.batch);
        await tape.backward(Float32Array.from(tape.logProbs, (_, i) => Math.cos(i) / 50));
        await subject.step({ learningRate: 1e-3, clip: 1 });
      }
      results.push(await Promise.all(subject.parameters.map(({ name }) => subject.readParameter(name))));
    }
    for (const parameters of results) expect(parameters).toEqual(results[0]);
  });
});
