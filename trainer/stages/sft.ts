/** Cold-start SFT: one update on a batch of traces, loss on the assistant's turn (or, upstream's way, on the prompt too). */
import type { Model, PackedGroup } from "../../native/types.ts";
import { flattenRows, splitRows } from "../../science/objectives/objective.ts";
import { sftObjective, weightOf } from "../../science/objectives/sft.ts";
import { targetText } from "../../science/prompts.ts";
import type { SftStageSettings } from "../../science/settings.ts";
import { viewOf } from "../../science/views.ts";
import { microBatches, tokensOf } from "./batching.ts";
import { tokenBudgetOf } from "../../science/memory/budget.ts";
import { PhaseClock } from "../run/clock.ts";
import type { RunContext, StageRunner, StepOutcome } from "../run/context.ts";
import { TrainingSet } from "../data/dataset.ts";
import { optimizerStep } from "./optimizer-step.ts";
import type { PreparedPrompt, Prompter } from "../data/prompting.ts";

export class SftStage implements StageRunner {
  readonly policy: Model;
  readonly #context: RunContext;
  readonly #stage: SftStageSettings;
  readonly #data: TrainingSet;
  readonly #tokenBudget: number;

  constructor(context: RunContext, stage: SftStageSettings, policy: Model) {
    const traces = context.samples.sft.filter((sample) => sample.process !== undefined);
    if (traces.length === 0) {
      const file = context.config.data.sft ?? context.config.data.train;
      throw new Error(
        `No row of ${file} has a trace (field "process"), which SFT needs: give a file with traces, ` +
          "or leave the cold start out (sft.steps at 0).",
      );
    }
    this.policy = policy;
    this.#context = context;
    this.#stage = stage;
    this.#data = new TrainingSet(traces, [context.config.seed, stage.name], context.clips, context.report);
    this.#tokenBudget = tokenBudgetOf(policy.config) * context.engine.team.size;
  }

  async update(stageStep: number): Promise<StepOutcome> {
    const clock = new PhaseClock();
    const { policy } = this;
    const { prompter, journal, knobs, signal } = this.#context;
    const stage = this.#stage;
    const loaded = await clock.time("data", () => this.#data.load(stageStep, stage.batchSize));
    this.#data.prefetch(stageStep + 1, Math.min(stage.steps, stageStep + 4), stage.batchSize);
    const prepared = await clock.time("vision", () =>
      Promise.all(
        loaded.map(({ sample, clip }) =>
          prompter.prepare(policy, sample, clip, viewOf("ordered", clip.frames.length, ORDERED)),
        ),
      ),
    );
    try {
      const upstream = stage.lossOn === "upstream";
      const examples = prepared.map((item) => exampleOf(prompter, item, stage));
      const groups = examples.map(({ group }) => group);
      const weights = examples.flatMap((example) => example.weights);
      const totalWeight = weightOf(weights);
      let loss = 0;
      let nll = 0;
      let tokens = 0;
      let entropy = 0;
      for (const [from, to] of microBatches(groups, this.#tokenBudget)) {
        const tape = await clock.time("forward", () => policy.forward(groups.slice(from, to), { signal }));
        const logProbs = splitRows(tape.logProbs, tape.offsets);
        const rows = upstream ? 2 : 1;
        const result = sftObjective({ logProbs, weights: weights.slice(from * rows, to * rows) }, { totalWeight });
        loss += result.loss;
        nll += result.metrics["token_nll"]! * result.metrics["num_tokens"]!;
        tokens += result.metrics["num_tokens"]!;
        entropy += weightedSum(tape.entropy, weights.slice(from * rows, to * rows));
        await clock.time("backward", () => tape.backward(flattenRows(result.dLogProbs), undefined, { signal }));
        tape.dispose();
      }
      journal.flush();
      const applied = await clock.time("update", () => optimizerStep(policy, stage, knobs, stageStep, loss));
      const processed = groups.reduce((sum, group) => sum + tokensOf(group), 0);
      const metrics: Record<string, number> = {
        loss,
        token_nll: nll / Math.max(1, tokens),
        entropy: entropy / Math.max(1, tokens),
        ...applied.metrics,
        num_tokens: tokens,
        tokens_per_second: processed / clock.totalSeconds(),
        epoch: ((stageStep + 1) * stage.batchSize) / this.#data.samples.length,
      };
      return { metrics, timings: clock.timings(), culprit: applied.culprit };
    } finally {
      for (const { media } of prepared) media.dispose();
    }
  }

  dispose(): void {
    this.policy.dispose();
  }
}

const ORDERED = { runSeed: 0, step: 0, sampleId: "" };

interface Example {
  readonly group: PackedGroup;
  /** One row, or with `scorePrompt` the prompt's row before it. */
  readonly weights: Float32Array[];
}

function exampleOf(prompter: Prompter, item: PreparedPrompt, stage: SftStageSettings): Example {
  const text = `${targetText(item.sample)!}<|im_end|>`;
  const ids = Int32Array.from(prompter.tokenizer.encode(text));
  const weights = [answerWeights(prompter, ids, stage.answerWeight)];
  if (stage.lossOn === "assistant") return { group: { prompt: item.prompt, completions: [ids] }, weights };
  // Upstream masks pictures' placeholders and, by an oversight, not videos'.
  const learnt = item.clip.kind === "image" ? (id: number) => !prompter.isPlaceholder(id) : () => true;
  const promptRow = Float32Array.from(item.prompt.ids.subarray(1), (id) => (learnt(id) ? 1 : 0));
  return { group: { prompt: item.prompt, completions: [ids], scorePrompt: true }, weights: [promptRow, ...weights] };
}

/** 1 for each token, `weight` for those that touch what stands between the answer tags. */
export function answerWeights(prompter: Pick<Prompter, "tokenizer">, ids: Int32Array, weight: number): Float32Array {
  const weights = new Float32Array(ids.length).fill(1);
  if (weight === 1) return weights;
  const pieces = Array.from(ids, (id) => prompter.tokenizer.tokenText(id));
  const match = /<answer>([^]*?)<\/answer>/.exec(pieces.join(""));
  if (match === null) return weights;
  const start = match.index + "<answer>".length;
  const end = start + match[1]!.length;
  let at = 0;
  pieces.forEach((piece, index) => {
    if (at < end && at + piece.length > start) weights[index] = weight;
    at += piece.length;
  });
  return weights;
}

function weightedSum(values: Float32Array, weights: readonly Float32Array[]): number {
  let sum = 0;
  let at = 0;
  for (const row of weights) {
    for (const weight of row) {
      if (weight !== 0) sum += values[at]!;
      at++;
    }
  }
  return sum;
}
