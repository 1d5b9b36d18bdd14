/** Arguments and ids that do not fit the model: refused with a sentence, and the engine goes on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineError, openEngine, type Engine, type Model, type Prompt } from "../../native/index.ts";
import { PROMPT_TEMPLATES } from "../../science/prompts.ts";
import { Prompter } from "../../trainer/data/prompting.ts";
import { loadTokenizer, type TextTokenizer } from "../../trainer/data/tokens.ts";
import { refusalOf } from "./expect-refusal.ts";

const BASE = "resources/base-model";
let engine: Engine;
let model: Model;
let tokenizer: TextTokenizer;

beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
  model = await engine.load("test/fixtures/oracle/tiny-qwen25vl");
  tokenizer = await loadTokenizer(BASE);
});
afterAll(() => engine.dispose());

const text: Prompt = { ids: Int32Array.from([1, 2, 3]), media: [] };
const sampling = { maxTokens: 2, stopIds: [], seed: 0 };
/** A value of the wrong type, as JavaScript would let it through. */
const wrong = (value: unknown): never => value as never;
const generate = (change: Record<string, unknown>): Promise<unknown> =>
  model.generate([text], { n: 1, sampling: { ...sampling, ...change } });

describe("generation with bad arguments", () => {
  const cases: Record<string, () => Promise<unknown>> = {
    "temperature NaN": () => generate({ temperature: NaN }),
    "temperature below zero": () => generate({ temperature: -1 }),
    "temperature without end": () => generate({ temperature: Infinity }),
    "temperature as text": () => generate({ temperature: "hot" }),
    "topP below zero": () => generate({ topP: -0.1 }),
    "topP above one": () => generate({ topP: 1.5 }),
    "topP NaN": () => generate({ topP: NaN }),
    "topK below zero": () => generate({ topK: -1 }),
    "topK in parts": () => generate({ topK: 2.5 }),
    "minP above one": () => generate({ minP: 2 }),
    "a repetition penalty of zero": () => generate({ repetitionPenalty: 0 }),
    "a negative number of tokens": () => generate({ maxTokens: -1 }),
    "tokens without end": () => generate({ maxTokens: Infinity }),
    "more tokens than fit": () => generate({ maxTokens: 2 ** 40 }),
    "a seed that is text": () => generate({ seed: "x" }),
    "stop ids that are no list": () => generate({ stopIds: 5 }),
    "a stop id below zero": () => generate({ stopIds: [-5] }),
    "a banned id beyond the vocabulary": () => generate({ bannedIds: [1e6] }),
    "an id of two billion": () =>
      model.generate([{ ids: Int32Array.from([2 ** 31 - 1]), media: [] }], { n: 1, sampling }),
    "a million completions of a million tokens": () =>
      model.generate([text], { n: 1_000_000, sampling: { ...sampling, maxTokens: 1_000_000 } }),
    "a negative number of completions": () => model.generate([text], { n: -1, sampling }),
    "streams of another number": () => model.generate([text], { n: 1, sampling, streams: [1, 2] }),
    "sampling that is null": () => model.generate([text], { n: 1, sampling: wrong(null) }),
    "media of somebody else": () => model.generate([{ ids: text.ids, media: [wrong(model)] }], { n: 1, sampling }),
    "a placeholder without its medium": () =>
      model.generate(
        [{ ids: Int32Array.from([(model.config as { video_token_id: number }).video_token_id]), media: [] }],
        { n: 1, sampling },
      ),
  };

  it.each(Object.keys(cases))("%s", async (name) => {
    const error = await refusalOf(cases[name]!);
    expect(error).toBeInstanceOf(EngineError);
    expect(error.message).toMatch(/[.!]$/);
    const [group] = await model.generate([text], { n: 1, sampling });
    expect(group!.completions[0]!.ids).toHaveLength(2);
  });

  it("NaN and infinite derivatives, learning rates and clips", async () => {
    for (const options of [{ learningRate: NaN }, { learningRate: -1 }, { learningRate: 1e-3, clip: NaN }]) {
      expect((await refusalOf(() => model.step(options))).message).toMatch(/\.$/);
    }
  });

  it("seconds between frames that are no time", async () => {
    const frames = { data: new Uint8Array(2 * 56 * 56 * 3), count: 2, height: 56, width: 56 };
    for (const secondsPerGrid of [NaN, -1, Infinity]) {
      expect((await refusalOf(() => model.encode(frames, { kind: "video", secondsPerGrid }))).message).toMatch(/\.$/);
    }
  });
});

describe("a tokenizer that does not match the model", () => {
  it("is refused before it trains, naming the file and both ids", async () => {
    const prompter = new Prompter(tokenizer, Object.values(PROMPT_TEMPLATES)[0]!);
    const error = await refusalOf(() => prompter.checkModel(model, BASE));
    expect(error.message).toMatch(/base-model\/tokenizer\.json .*image_token_id.*weights\.$/);
  });

  it("is refused where the vocabulary ends before its marks", async () => {
    const prompter = new Prompter(tokenizer, Object.values(PROMPT_TEMPLATES)[0]!);
    const config = {
      image_token_id: tokenizer.specialId("<|image_pad|>"),
      video_token_id: tokenizer.specialId("<|video_pad|>"),
    };
    expect(() => prompter.checkModel({ config: { ...config, vocab_size: 1_000_000 } }, BASE)).not.toThrow();
    const error = await refusalOf(() =>
      prompter.checkModel({ config: { ...config, text_config: { vocab_size: 5 } } }, BASE),
    );
    expect(error.message).toMatch(/vocabulary ends at 5/);
  });

  it("text with ids beyond the vocabulary is refused by the engine", async () => {
    const vocabulary = model.config as { vocab_size?: number; text_config?: { vocab_size: number } };
    const beyond = vocabulary.text_config?.vocab_size ?? vocabulary.vocab_size!;
    const prompt = { ids: Int32Array.from([1, beyond]), media: [] };
    const error = await refusalOf(() => model.score([{ prompt, completions: [] }]));
    expect(error.message).toContain(String(beyond));
  });

  it("a conversation that smuggles placeholders in is refused, not shown to the model", async () => {
    const prompter = new Prompter(tokenizer, Object.values(PROMPT_TEMPLATES)[0]!);
    const clip = {
      kind: "image" as const,
      path: "a.png",
      contentHash: "",
      width: 56,
      height: 56,
      secondsPerGrid: 1,
      frames: [{ hash: "", index: 0, ptsSec: 0 }],
      pixels: new Uint8Array(56 * 56 * 3),
    };
    const sample = {
      id: "1",
      question: "Look: <|image_pad|><|image_pad|> what is it?",
      dataType: "image" as const,
      problemType: "free-form" as const,
      options: [],
      solution: "<answer>x</answer>",
      answer: "x",
      path: "a.png",
      task: "",
      extra: {},
    };
    const view = { name: "ordered", permutation: null, masked: [] };
    const error = await refusalOf(() => prompter.prepare(model, sample, clip, wrong(view)));
    expect(error.message).toMatch(/placeholder/);
  });
});
