/** A step of RL on the small model, whose memory the planner foretells: alone, or as a member of a team. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEngine, type Engine, type MemoryReport, type Model, type Prompt } from "../../native/index.ts";
import type { ModelChoices } from "../../science/memory/choices.ts";

export const BASE = fileURLToPath(new URL("../../resources/base-model", import.meta.url));
export const BASE_CONFIG = JSON.parse(readFileSync(join(BASE, "config.json"), "utf8")) as object & {
  video_token_id: number;
};

/** 8 clips of 8 frames, groups of 4, 32 tokens each. */
export const STEP = { prompts: 8, frames: 8, side: 84, text: 60, group: 4, tokens: 32 } as const;

export async function promptsFor(
  model: Model,
  text: number = STEP.text,
  count: number = STEP.prompts,
): Promise<Prompt[]> {
  const { frames, side } = STEP;
  const pixels = (seed: number): Uint8Array =>
    Uint8Array.from({ length: frames * side * side * 3 }, (_, i) => (i * 31 + seed * 7) % 251);
  return Promise.all(
    Array.from({ length: count }, async (_, seed) => {
      const media = await model.encode(
        { data: pixels(seed), count: frames, height: side, width: side },
        { kind: "video" },
      );
      const ids = Int32Array.from({ length: text + media.tokens }, (_, i) =>
        i < media.tokens ? BASE_CONFIG.video_token_id : 20 + (i % 60),
      );
      return { ids, media: [media] };
    }),
  );
}

/** Rollouts, an update, and what the model took for them. */
export async function plannedStep(engine: Engine, choices: ModelChoices): Promise<MemoryReport> {
  const { precision, optimizer, checkpointing, frozenVision, lora } = choices;
  const model = await engine.load(BASE, {
    dtype: precision,
    optimiser: optimizer,
    checkpointing,
    frozen: frozenVision ? ["visual."] : [],
    ...(lora === null ? {} : { lora }),
  });
  const prompts = await promptsFor(model);
  const sampling = { maxTokens: STEP.tokens, stopIds: [], seed: 1, bannedIds: [BASE_CONFIG.video_token_id] };
  const groups = await model.generate(prompts, { n: STEP.group, sampling });
  const tape = await model.forward(
    groups.map(({ completions }, i) => ({ prompt: prompts[i]!, completions: completions.map(({ ids }) => ids) })),
  );
  await tape.backward(new Float32Array(tape.logProbs.length).fill(-1e-3));
  tape.dispose();
  await model.step({ learningRate: 1e-6 });
  const measured = model.memory();
  for (const { media } of prompts) media.forEach((medium) => medium.dispose());
  model.dispose();
  return measured;
}

/** `mpirun … node planned-step.ts '{"choices": …, "folder": …}'`: each member's report in a file. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { choices, folder } = JSON.parse(process.argv[2]!) as { choices: ModelChoices; folder: string };
  const engine = await openEngine({ threads: 1, team: "launched" });
  const report = await plannedStep(engine, choices);
  writeFileSync(join(folder, `member-${engine.team.rank}.json`), JSON.stringify(report));
  await engine.team.leave();
  engine.dispose();
}
