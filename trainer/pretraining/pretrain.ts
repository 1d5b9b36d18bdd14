/**
 * Pretrains the base model from random weights on our own engine: seeded, resumable, with accuracy by task on rows that
 * training never sees. Ends with a Hugging Face directory that holds weights, tokenizer and how it was made.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, Model } from "../../native/types.ts";
import { splitRows, flattenRows } from "../../science/objectives/objective.ts";
import { sftObjective, weightOf } from "../../science/objectives/sft.ts";
import { learningRateAt, type Schedule } from "../../science/schedules.ts";
import { baseModelConfig } from "./base-model.ts";
import { microBatches, tokensOf } from "../stages/batching.ts";
import { tokenBudgetOf } from "../../science/memory/budget.ts";
import { Checkpoints } from "../run/checkpoints.ts";
import { syncTree, writeFileAtomically } from "../run/durable.ts";
import { checkItems, drawRows, isRight, packRows, type DrawnRow } from "./pretraining-batches.ts";
import { duration } from "../run/progress.ts";
import { PRETRAINING, sharesAt } from "../samplepack/pretraining.ts";
import { tokenizerFiles } from "../samplepack/tokenizer.ts";
import { buildVocabulary } from "../samplepack/vocabulary.ts";
import { loadTokenizer, type TextTokenizer } from "../data/tokens.ts";

export interface PretrainOptions {
  readonly engine: Engine;
  /** Where the finished model goes. */
  readonly output: string;
  /** Checkpoints live here; a later call with the same folder goes on. */
  readonly workFolder: string;
  readonly seed: number;
  readonly steps: number;
  readonly rowsPerStep: number;
  readonly checkEvery: number;
  readonly checkRows: number;
  readonly checkpointEvery: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export type Accuracies = Readonly<Record<string, { readonly n: number; readonly accuracy: number }>>;

const OPTIMIZER = { clip: 1, weightDecay: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, skipNormDecay: true } as const;

/** Rows for checks lie far behind those of training. */
const FIRST_CHECK_ROW = 1_000_000_000;

function scheduleOf(steps: number): Schedule {
  const { learningRate, warmupSteps } = PRETRAINING;
  return {
    name: "wsd",
    learningRate,
    warmupSteps,
    totalSteps: steps,
    minRatio: 0.05,
    decayShare: 0.3,
    warmupFromFirst: true,
  };
}

/** Returns false when it was stopped before its end; the same call later goes on. */
export async function pretrain(options: PretrainOptions): Promise<boolean> {
  const { engine, workFolder, steps, rowsPerStep, seed, signal, say } = options;
  const checkpoints = new Checkpoints(workFolder);
  checkpoints.clean();
  const start = join(workFolder, "start");
  const { checkpoint, damaged } = await checkpoints.newest();
  damaged.forEach(say);
  if (checkpoint === null) await makeStart(engine, start, seed);
  const tokenizer = await loadTokenizer(start);
  const model = await engine.load(start);
  if (checkpoint !== null) await model.loadState(join(checkpoint.folder, "state"));
  let step = checkpoint?.step ?? 0;
  let seconds = checkpoint?.state.trainSeconds ?? 0;
  say(`${model.parameterCount} parameters, ${steps} steps of ${rowsPerStep} rows, from step ${step}`);
  const save = async (): Promise<void> => {
    const state = { step, stageIndex: 0, stageStep: step, knobs: {}, trainSeconds: seconds };
    await checkpoints.save(model, state, { label: null, tokenizerDirectory: start });
  };
  const recent: number[] = [];
  const draw = (step: number): Promise<DrawnRow[]> =>
    drawRows(engine, seed, step * rowsPerStep, rowsPerStep, sharesAt(step / steps));
  let next = draw(step);
  while (step < steps && !signal.aborted) {
    const began = performance.now();
    const drawn = await next;
    if (step + 1 < steps) next = draw(step + 1);
    const learningRate = learningRateAt(step, scheduleOf(steps));
    const { loss, tokens, gradientNorm } = await update(model, tokenizer, drawn, learningRate);
    step++;
    const took = (performance.now() - began) / 1000;
    seconds += took;
    recent.push(took);
    if (recent.length > 50) recent.shift();
    const perStep = recent.reduce((sum, value) => sum + value, 0) / recent.length;
    if (step % 20 === 0 || step === steps) {
      const left = duration(perStep * (steps - step));
      say(
        `step ${step} of ${steps}: loss ${loss.toFixed(4)}, grad_norm ${gradientNorm.toFixed(2)}, ` +
          `${perStep.toFixed(2)} s a step, ${Math.round(tokens / took)} tokens a second, ${left} left`,
      );
    }
    if (step % options.checkEvery === 0 && step < steps)
      sayAccuracies(await check(model, tokenizer, options), step, say);
    if (step % options.checkpointEvery === 0 && step < steps) await save();
  }
  await next;
  await save();
  if (step < steps) {
    say(`stopped after step ${step}; the same command goes on from there`);
    return false;
  }
  const accuracies = await check(model, tokenizer, { ...options, checkRows: options.checkRows * 4 });
  sayAccuracies(accuracies, step, say);
  await finish(model, options, accuracies, seconds);
  return true;
}

/** Random weights and the tokenizer, as the directory that every start and resume loads. */
export async function makeStart(engine: Engine, folder: string, seed: number): Promise<void> {
  const vocabulary = buildVocabulary();
  mkdirSync(folder, { recursive: true });
  const model = await engine.initialise(baseModelConfig(vocabulary), { seed });
  await model.save(folder);
  model.dispose();
  for (const [name, text] of Object.entries(tokenizerFiles(vocabulary))) writeFileSync(join(folder, name), text);
  syncTree(folder);
}

async function update(
  model: Model,
  tokenizer: TextTokenizer,
  drawn: readonly DrawnRow[],
  learningRate: number,
): Promise<{ loss: number; tokens: number; gradientNorm: number }> {
  const { groups, weights, media } = await packRows(model, tokenizer, drawn);
  try {
    const totalWeight = weightOf(weights.flat());
    let loss = 0;
    for (const [from, to] of microBatches(groups, tokenBudgetOf(model.config))) {
      const tape = await model.forward(groups.slice(from, to));
      const result = sftObjective(
        { logProbs: splitRows(tape.logProbs, tape.offsets), weights: weights.slice(from, to).flat() },
        { totalWeight },
      );
      loss += result.loss;
      await tape.backward(flattenRows(result.dLogProbs));
      tape.dispose();
    }
    const { gradientNorm } = await model.step({ learningRate, ...OPTIMIZER });
    return { loss, tokens: groups.reduce((sum, group) => sum + tokensOf(group), 0), gradientNorm };
  } finally {
    for (const medium of media) medium.dispose();
  }
}

/** Greedy answers to rows that training never sees. */
async function check(model: Model, tokenizer: TextTokenizer, options: PretrainOptions): Promise<Accuracies> {
  const right = new Map<string, [right: number, n: number]>();
  const stopIds = [tokenizer.specialId("<|im_end|>"), tokenizer.specialId("<|endoftext|>")];
  for (let from = 0; from < options.checkRows; from += 32) {
    const count = Math.min(32, options.checkRows - from);
    const drawn = await drawRows(options.engine, options.seed, FIRST_CHECK_ROW + from, count, sharesAt(1));
    const items = await checkItems(model, tokenizer, drawn);
    const sampling = { greedy: true, maxTokens: 120, stopIds, seed: 0 };
    const groups = await model.generate(
      items.map(({ prompt }) => prompt),
      { n: 1, sampling },
    );
    items.forEach((item, index) => {
      const tally = right.get(item.task) ?? [0, 0];
      const text = tokenizer.decode(groups[index]!.completions[0]!.ids);
      right.set(item.task, [tally[0] + Number(isRight(item, text)), tally[1] + 1]);
      item.media?.dispose();
    });
  }
  return Object.fromEntries([...right].sort().map(([task, [count, n]]) => [task, { n, accuracy: count / n }]));
}

function sayAccuracies(accuracies: Accuracies, step: number, say: (line: string) => void): void {
  const parts = Object.entries(accuracies).map(
    ([task, { n, accuracy }]) => `${task} ${(100 * accuracy).toFixed(1)} % of ${n}`,
  );
  say(`step ${step}, rows not trained on: ${parts.join("; ")}`);
}

async function finish(model: Model, options: PretrainOptions, accuracies: Accuracies, seconds: number): Promise<void> {
  const { output, workFolder, seed, steps, rowsPerStep, engine, say } = options;
  mkdirSync(output, { recursive: true });
  await model.save(output);
  const vocabulary = buildVocabulary();
  for (const [name, text] of Object.entries(tokenizerFiles(vocabulary))) writeFileSync(join(output, name), text);
  const sha256 = createHash("sha256")
    .update(readFileSync(join(output, "model.safetensors")))
    .digest("hex");
  const { version, device, instructionSet, threads } = engine.info;
  const made = {
    command: `secondlook pretrain --seed ${seed} --steps ${steps} --rows ${rowsPerStep}`,
    seed,
    steps,
    rowsPerStep,
    parameters: model.parameterCount,
    engine: { version, device, instructionSet, threads },
    trainSeconds: Math.round(seconds),
    accuracies,
    sha256,
  };
  writeFileAtomically(join(output, "pretraining.json"), `${JSON.stringify(made, null, 1)}\n`);
  syncTree(output);
  say(`the base model is in ${output} (sha256 of the weights ${sha256}); ${workFolder} can be deleted`);
}
