/** A checkpoint's forward pass, gradients, update and greedy generation: the engine against model/<checkpoint>/. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Engine, Model } from "../../native/types.ts";
import { sharedEngine } from "./engine.ts";
import { readJson, readTensors } from "./files.ts";
import { checkForward } from "./model-forward.ts";
import { checkGeneration } from "./model-generate.ts";
import { checkHalf } from "./model-half.ts";
import { checkUpdate } from "./model-update.ts";
import { buildInputs, type InputInfo, type ModelCase, type RowInput } from "./model-inputs.ts";
import type { Section } from "./report.ts";

/** How matrices are stored while the vectors are compared. */
export type Precision = "float32" | "bf16";

export async function modelSection(
  directory: string,
  checkpoint: string,
  section: Section,
  precision: Precision,
): Promise<void> {
  const folder = path.join(directory, "model", checkpoint);
  if (!existsSync(folder)) {
    section.notYet("vectors", `the folder has no model/${checkpoint}`);
    return;
  }
  const engine = await sharedEngine();
  const inputs = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
  if (typeof engine === "string") {
    for (const input of inputs) section.notYet(input, engine);
    return;
  }
  for (const input of inputs) await checkInput(engine, directory, checkpoint, input, section, precision);
}

async function checkInput(
  engine: Engine,
  directory: string,
  checkpoint: string,
  input: string,
  section: Section,
  precision: Precision,
): Promise<void> {
  const info = readJson<InputInfo>(directory, "model", checkpoint, `${input}.json`);
  const tensors = readTensors(directory, "model", checkpoint, `${input}.safetensors`);
  let model: Model;
  try {
    model = await engine.load(path.join(directory, checkpoint), { dtype: precision });
  } catch (error) {
    const unsupported = (error as { code?: string }).code === "UNSUPPORTED";
    if (unsupported) section.notYet(input, (error as Error).message);
    else section.fail(input, (error as Error).message);
    return;
  }
  let rows: readonly RowInput[] = [];
  try {
    const one: ModelCase = { directory, checkpoint, input, info, tensors, model, rows: [] };
    rows = await buildInputs(one);
    const built: ModelCase = { ...one, rows };
    if (precision === "bf16") {
      await section.attempt(`${input}: bf16`, () => checkHalf(built, section));
      return;
    }
    await section.attempt(`${input}: forward`, () => checkForward(built, section));
    await section.attempt(`${input}: generation`, () => checkGeneration(built, section));
    await section.attempt(`${input}: gradients and update`, () => checkUpdate(built, section));
  } catch (error) {
    section.fail(input, (error as Error).message);
  } finally {
    for (const row of rows) for (const medium of row.media) medium.dispose();
    model.dispose();
  }
}
