/** A short training run of the tiny checkpoint, for comparing one process with a team. */
import type { Engine, LoadOptions, MemoryReport, Model } from "../types.ts";
import { oraclePath } from "./oracle.ts";
import { answerBatch, loadSample } from "./samples.ts";

export interface ShortRun {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  /** The sums of a gradient before the last update, and all weights after it. */
  readonly gradient: readonly number[];
  readonly weights: readonly number[];
  readonly memory: MemoryReport;
}

/**
 * Two updates of two micro-batches, of which the second has one sequence: in a team all but one member have no share of it.
 * After the first, the state is saved in `folder` and read again.
 */
export async function shortRun(engine: Engine, options: LoadOptions, folder: string): Promise<ShortRun> {
  const model = await engine.load(oraclePath("tiny-qwen25vl"), options);
  const one = answerBatch(await loadSample(model, "image"));
  const batches = [[...one, ...one], one];
  const losses: number[] = [];
  const norms: number[] = [];
  let gradient: number[] = [];
  for (let step = 0; step < 2; step++) {
    for (const batch of batches) {
      const tape = await model.forward(batch);
      losses.push(-tape.logProbs.reduce((sum, value) => sum + value, 0));
      await tape.backward(new Float32Array(tape.logProbs.length).fill(-0.05));
      tape.dispose();
    }
    gradient = Array.from(await model.readGradient(trainedName(model, options)));
    norms.push((await model.step({ learningRate: 1e-4, clip: 1, weightDecay: 0.01 })).gradientNorm);
    if (step > 0) continue;
    await model.saveState(folder);
    await model.loadState(folder);
  }
  const weights: number[] = [];
  for (const { name } of model.parameters) weights.push(...(await model.readParameter(name)));
  const memory = model.memory();
  model.dispose();
  return { losses, norms, gradient, weights, memory };
}

/** A matrix that every choice trains, or its adapter. */
function trainedName(model: Model, { lora }: LoadOptions): string {
  const name = lora ? "layers.0.mlp.down_proj.lora_A.weight" : "layers.0.mlp.down_proj.weight";
  return model.parameters.find((parameter) => parameter.name.endsWith(name))!.name;
}
