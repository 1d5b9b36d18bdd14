import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine, type Engine, type MemoryReport } from "../../native/index.ts";
import { launchMembers } from "../../native/testing/launch.ts";
import { architectureOf } from "../../science/memory/architecture.ts";
import type { ModelChoices } from "../../science/memory/choices.ts";
import { largestShare } from "../../science/memory/members.ts";
import { generationBytes, mediaBytes, scoreBytes, tapeBytes, type PackedShape } from "../../science/memory/passes.ts";
import { weightBytes } from "../../science/memory/weights.ts";
import { BASE, BASE_CONFIG as config, plannedStep, promptsFor, STEP } from "../../test/support/planned-step.ts";

const architecture = architectureOf(config);
const units = (STEP.frames / 2) * (STEP.side / 28) ** 2;
const clip = { promptTokens: STEP.text + units, patches: 4 * units, units };

/** What one of the processes computes of the step's update. */
function batchOf(processes: number): PackedShape {
  const { prompts, completions } = largestShare({ prompts: STEP.prompts, completions: STEP.group }, processes);
  return {
    rows: prompts * (clip.promptTokens + completions * (STEP.tokens - 1)),
    scored: prompts * completions * STEP.tokens,
    patches: prompts * clip.patches,
    units: prompts * units,
    media: prompts,
  };
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const CASES: readonly [name: string, choices: Partial<ModelChoices>][] = [
  ["all weights, float32", {}],
  ["all weights, bfloat16, moments in 8 bits", { precision: "bf16", optimizer: "8bit" }],
  ["vision frozen", { frozenVision: true }],
  ["adapters, blocks computed again", { lora: { rank: 8, alpha: 16 }, checkpointing: "always" }],
];

const choicesOf = (different: Partial<ModelChoices>): ModelChoices => ({
  precision: "float32",
  checkpointIsHalf: false,
  frozenVision: false,
  lora: null,
  optimizer: "float32",
  checkpointing: "auto",
  ...different,
});

function expectForetold(measured: MemoryReport, choices: ModelChoices, processes: number): void {
  const generated = generationBytes(architecture, choices, {
    ...clip,
    prompts: Math.ceil(STEP.prompts / processes),
    completions: STEP.group,
    maxTokens: STEP.tokens,
  });
  const all = { patches: STEP.prompts * clip.patches, units: STEP.prompts * units };
  const predicted: Record<string, number> = {
    ...weightBytes(architecture, choices, true, processes),
    activations: Math.max(generated.activations, tapeBytes(architecture, choices, batchOf(processes))),
    // Every member encodes all clips and embeds those that it writes about. A trained tower's embeddings are stale after the
    // step, but stay until their media go.
    media: mediaBytes(architecture, all.patches, all.units / processes),
    // Kept for the next rollouts.
    keyValueCache: generated.keyValueCache,
  };
  for (const [purpose, bytes] of Object.entries(predicted)) near(measured.byPurpose[purpose]!, bytes, purpose);
  near(
    measured.peak,
    Object.values(predicted).reduce((sum, bytes) => sum + bytes, 0),
    "peak",
  );
}

describe.each(CASES)("the planner on the small model: %s", (_, different) => {
  it("is within 10 % of the engine's high-water mark, purpose by purpose and in all", async () => {
    const choices = choicesOf(different);
    expectForetold(await plannedStep(engine, choices), choices, 1);
  });
});

describe("the planner on the small model in a team of two", () => {
  it.each([CASES[0]!, CASES[1]!])("is within 10 %% of each process's high-water mark: %s", async (_, different) => {
    const choices = choicesOf(different);
    const folder = mkdtempSync(join(tmpdir(), "planned-"));
    const script = fileURLToPath(new URL("../../test/support/planned-step.ts", import.meta.url));
    await launchMembers(2, script, JSON.stringify({ choices, folder }));
    for (const rank of [0, 1]) {
      const report = JSON.parse(readFileSync(join(folder, `member-${rank}.json`), "utf8")) as MemoryReport;
      expectForetold(report, choices, 2);
    }
    rmSync(folder, { recursive: true, force: true });
  });
});

it("predicts a reference's scores within 10 % too", async () => {
  const model = await engine.load(BASE, { trainable: false });
  const prompts = await promptsFor(model);
  const completions = Array.from({ length: STEP.group }, () =>
    Int32Array.from({ length: STEP.tokens }, (_, i) => 30 + i),
  );
  await model.score(prompts.map((prompt) => ({ prompt, completions })));
  near(model.memory().byPurpose["activations"]!, scoreBytes(architecture, batchOf(1)), "activations");
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
