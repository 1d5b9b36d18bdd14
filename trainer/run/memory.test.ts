import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Engine, type Model, type Prompt, openEngine } from "../../native/index.ts";
import { architectureOf } from "../../science/memory/architecture.ts";
import type { ModelChoices } from "../../science/memory/choices.ts";
import { generationBytes, mediaBytes, scoreBytes, tapeBytes } from "../../science/memory/passes.ts";
import { weightBytes } from "../../science/memory/weights.ts";

const BASE = fileURLToPath(new URL("../../resources/base-model", import.meta.url));
const config = JSON.parse(readFileSync(join(BASE, "config.json"), "utf8")) as object & { video_token_id: number };
const architecture = architectureOf(config);

// A step of RL on the small model: 8 clips of 8 frames, groups of 4, 32 tokens each.
const [PROMPTS, FRAMES, SIDE, TEXT, GROUP, TOKENS] = [8, 8, 84, 60, 4, 32];
const units = (FRAMES / 2) * (SIDE / 28) ** 2;
const clip = { promptTokens: TEXT + units, patches: 4 * units, units };
const batch = {
  rows: PROMPTS * (clip.promptTokens + GROUP * (TOKENS - 1)),
  scored: PROMPTS * GROUP * TOKENS,
  patches: PROMPTS * clip.patches,
  units: PROMPTS * units,
  media: PROMPTS,
};
const generation = { ...clip, prompts: PROMPTS, completions: GROUP, maxTokens: TOKENS };

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

async function promptsFor(model: Model, text = TEXT, count = PROMPTS): Promise<Prompt[]> {
  const frames = (seed: number): Uint8Array =>
    Uint8Array.from({ length: FRAMES * SIDE * SIDE * 3 }, (_, i) => (i * 31 + seed * 7) % 251);
  return Promise.all(
    Array.from({ length: count }, async (_, seed) => {
      const media = await model.encode(
        { data: frames(seed), count: FRAMES, height: SIDE, width: SIDE },
        { kind: "video" },
      );
      const ids = Int32Array.from({ length: text + media.tokens }, (_, i) =>
        i < media.tokens ? config.video_token_id : 20 + (i % 60),
      );
      return { ids, media: [media] };
    }),
  );
}

const CASES: readonly [name: string, choices: Partial<ModelChoices>][] = [
  ["all weights, float32", {}],
  ["all weights, bfloat16, moments in 8 bits", { precision: "bf16", optimizer: "8bit" }],
  ["vision frozen", { frozenVision: true }],
  ["adapters, blocks computed again", { lora: { rank: 8, alpha: 16 }, checkpointing: "always" }],
];

describe.each(CASES)("the planner on the small model: %s", (_, different) => {
  const choices: ModelChoices = {
    precision: "float32",
    checkpointIsHalf: false,
    frozenVision: false,
    lora: null,
    optimizer: "float32",
    checkpointing: "auto",
    ...different,
  };

  it("is within 10 % of the engine's high-water mark, purpose by purpose and in all", async () => {
    const { precision, optimizer, checkpointing, frozenVision, lora } = choices;
    const model = await engine.load(BASE, {
      dtype: precision,
      optimiser: optimizer,
      checkpointing,
      frozen: frozenVision ? ["visual."] : [],
      ...(lora === null ? {} : { lora }),
    });
    const prompts = await promptsFor(model);
    const sampling = { maxTokens: TOKENS, stopIds: [], seed: 1, bannedIds: [config.video_token_id] };
    const groups = await model.generate(prompts, { n: GROUP, sampling });
    const tape = await model.forward(
      groups.map(({ completions }, i) => ({ prompt: prompts[i]!, completions: completions.map(({ ids }) => ids) })),
    );
    await tape.backward(new Float32Array(tape.logProbs.length).fill(-1e-3));
    tape.dispose();
    await model.step({ learningRate: 1e-6 });
    const measured = model.memory();

    const generated = generationBytes(architecture, choices, generation);
    const predicted: Record<string, number> = {
      ...weightBytes(architecture, choices, true),
      activations: Math.max(generated.activations, tapeBytes(architecture, choices, batch)),
      // A trained tower's embeddings are stale after the step, but stay until their media go.
      media: mediaBytes(architecture, batch.patches, batch.units),
      // Kept for the next rollouts.
      keyValueCache: generated.keyValueCache,
    };
    for (const [purpose, bytes] of Object.entries(predicted)) near(measured.byPurpose[purpose]!, bytes, purpose);
    const all = Object.values(predicted).reduce((sum, bytes) => sum + bytes, 0);
    near(measured.peak, all, "peak");
    for (const { media } of prompts) media.forEach((medium) => medium.dispose());
    model.dispose();
  });
});

it("predicts a reference's scores within 10 % too", async () => {
  const model = await engine.load(BASE, { trainable: false });
  const prompts = await promptsFor(model);
  const completions = Array.from({ length: GROUP }, () => Int32Array.from({ length: TOKENS }, (_, i) => 30 + i));
  await model.score(prompts.map((prompt) => ({ prompt, completions })));
  near(model.memory().byPurpose["activations"]!, scoreBytes(architecture, batch), "activations");
});

it.each([
  { text: 60, prompts: 8, completions: 4, maxTokens: 32 },
  { text: 60, prompts: 24, completions: 1, maxTokens: 16 },
  { text: 900, prompts: 2, completions: 2, maxTokens: 16 },
  { text: 20, prompts: 1, completions: 64, maxTokens: 8 },
])("predicts what $prompts prompts of $text words take to answer within 10 %", async (g) => {
  const model = await engine.load(BASE, { trainable: false });
  const prompts = await promptsFor(model, g.text, g.prompts);
  const sampling = { maxTokens: g.maxTokens, stopIds: [], seed: 1, bannedIds: [config.video_token_id] };
  await model.generate(prompts, { n: g.completions, sampling });
  const { byPurpose } = model.memory();
  const choices = { lora: null } as ModelChoices;
  const wanted = generationBytes(architecture, choices, { ...clip, ...g, promptTokens: g.text + units });
  near(byPurpose["activations"]!, wanted.activations, "activations");
  near(byPurpose["keyValueCache"]!, wanted.keyValueCache, "keyValueCache");
  for (const { media } of prompts) media.forEach((medium) => medium.dispose());
  model.dispose();
});

function near(measured: number, predicted: number, purpose: string): void {
  const error = measured === predicted ? 0 : Math.abs(measured / predicted - 1);
  expect(error, `${purpose}: ${measured} bytes, predicted ${Math.round(predicted)}`).toBeLessThan(0.1);
}
