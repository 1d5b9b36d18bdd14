import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type Media, type Model, openEngine, type Prompt } from "./index.ts";
import { largestDifference, oraclePath } from "./testing/oracle.ts";

const WIDTH = 56;
const FRAMES = 8;
const completion = Int32Array.from([5, 6, 7, 8, 9]);
const BEFORE = [11, 12, 13];
const AFTER = [14, 15];

let engine: Engine;
let model: Model;
let video: number;

beforeAll(async () => {
  engine = await openEngine({ threads: 2, determinism: 2 });
  model = await engine.load(oraclePath("tiny-qwen25vl"), { trainable: false });
  video = (model.config as { video_token_id: number }).video_token_id;
});
afterAll(() => engine.dispose());

/** A clip whose frame `changed` is grey; of the first `count` frames. */
function pixelsOf(changed: number | null, count = FRAMES): Uint8Array {
  const bytes = WIDTH * WIDTH * 3;
  const pixels = Uint8Array.from({ length: count * bytes }, (_, i) => (i * 31 + Math.floor(i / bytes) * 77) % 256);
  if (changed !== null) pixels.fill(128, changed * bytes, (changed + 1) * bytes);
  return pixels;
}

async function promptOf(changed: number | null, count = FRAMES): Promise<Prompt> {
  const frames = { data: pixelsOf(changed, count), count, height: WIDTH, width: WIDTH };
  const media: Media = await model.encode(frames, { kind: "video", secondsPerGrid: 1 });
  const ids = [...BEFORE, ...new Array<number>(media.tokens).fill(video), ...AFTER];
  return { ids: Int32Array.from(ids), media: [media] };
}

describe("a clip that several models are shown", () => {
  it("is embedded once where their towers are equal, and again where they are not", async () => {
    const prompt = await promptOf(null);
    const scoredBy = async (one: Model): Promise<{ added: number; logProbs: Float32Array }> => {
      const before = one.memory().byPurpose["media"]!;
      const { logProbs } = await one.score([{ prompt, completions: [completion] }]);
      return { added: one.memory().byPurpose["media"]! - before, logProbs };
    };
    const twin = await engine.load(oraclePath("tiny-qwen25vl"), { trainable: false });
    const moved = await engine.load(oraclePath("tiny-qwen25vl"));
    const embeddings = 4 * prompt.media[0]!.tokens * (model.config as { hidden_size: number }).hidden_size;
    const first = await scoredBy(model);
    expect(first.added).toBe(embeddings);
    const second = await scoredBy(twin);
    expect(second.added).toBe(0);
    expect(second.logProbs).toEqual(first.logProbs);
    expect((await scoredBy(moved)).added).toBe(embeddings);
  });
});

describe("variants of a prompt", () => {
  it("score as they do alone, whatever frame is changed, and dropped ones too", async () => {
    const prompt = await promptOf(null);
    const variants = [
      ...(await Promise.all(Array.from({ length: FRAMES }, (_, frame) => promptOf(frame)))),
      await promptOf(null, FRAMES - 2),
      await promptOf(null),
    ];
    const together = await model.score([{ prompt, completions: [completion], variants }]);
    expect(together.offsets).toHaveLength(variants.length + 2);
    for (const [place, variant] of [prompt, ...variants].entries()) {
      const alone = await model.score([{ prompt: variant, completions: [completion] }]);
      const own = together.logProbs.subarray(together.offsets[place]!, together.offsets[place + 1]!);
      expect(own).toHaveLength(completion.length);
      expect(largestDifference(own, alone.logProbs), `row ${place}`).toBeLessThan(1e-5);
    }
    // The changed clips are other questions: equal rows would say that nothing was changed.
    const first = together.logProbs.subarray(0, completion.length);
    const changed = together.logProbs.subarray(completion.length, 2 * completion.length);
    expect(largestDifference(first, changed)).toBeGreaterThan(1e-4);
  });

  it("take rows only from the first difference on", async () => {
    const prompt = await promptOf(null);
    const perGrid = prompt.media[0]!.tokens / (FRAMES / 2);
    const answer = completion.length - 1;
    const rowsOf = async (variants: Prompt[]): Promise<number> =>
      (await model.score([{ prompt, completions: [completion], variants }])).rows;
    const base = prompt.ids.length + answer;
    expect(await rowsOf([])).toBe(base);
    expect(await rowsOf([await promptOf(0)])).toBe(base + 4 * perGrid + AFTER.length + answer);
    expect(await rowsOf([await promptOf(7)])).toBe(base + perGrid + AFTER.length + answer);
    expect(await rowsOf([await promptOf(null)])).toBe(base + answer);
  });

  it("are refused where they cannot be", async () => {
    const prompt = await promptOf(null);
    const two = { prompt, completions: [completion, completion], variants: [prompt] };
    await expect(model.score([two])).rejects.toThrow("Give exactly one");
    const trainable = await engine.load(oraclePath("tiny-qwen25vl"));
    await expect(trainable.forward([{ prompt, completions: [completion], variants: [prompt] }])).rejects.toThrow(
      "for score() only",
    );
    const broken = { ids: prompt.ids.subarray(0, 6), media: prompt.media };
    await expect(model.score([{ prompt, completions: [completion], variants: [broken] }])).rejects.toThrow(
      "placeholders",
    );
  });
});
