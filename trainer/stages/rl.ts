/**
 * RL: one update of GRPO or T-GRPO. Several prompts a step, for each a group of rollouts and, for videos, a twin group on
 * shuffled frames that is scored and never trained on; rewards, advantages, KL to the frozen reference, one or more updates.
 */
import type { Model, PackedGroup } from "../../native/types.ts";
import { remember } from "../../science/difficulty.ts";
import { flattenRows, splitRows, type TokenRows } from "../../science/objectives/objective.ts";
import { learningRateAt } from "../../science/schedules.ts";
import { scheduleOf, type RlStageSettings } from "../../science/settings.ts";
import { microBatches, tokensOf } from "./batching.ts";
import { tokenBudgetOf } from "../../science/memory/budget.ts";
import { PhaseClock } from "../run/clock.ts";
import type { RunContext, StageRunner, StepOutcome } from "../run/context.ts";
import { TrainingSet } from "../data/dataset.ts";
import { applyUpdate, type Culprit } from "./non-finite.ts";
import { prepareViews, sampleRollouts, type PromptRollouts, type RolloutRequest } from "./rollouts.ts";
import { withAnswersAgain } from "./answer-again.ts";
import { augment, augmentationMetrics, type Augmented } from "./augment.ts";
import {
  klWeights,
  referenceLogProbs,
  tokenWeights,
  withLikelihoods,
  type GroupPass,
  type TokenTable,
} from "./group-measures.ts";
import { journalGroups, type TrainedTokens } from "./rl-journal.ts";
import { rolloutMetrics } from "./rl-metrics.ts";
import { shapeStep, type ShapedPrompt } from "./rl-rewards.ts";

/** Sums over the parts of one update. */
interface Totals {
  loss: number;
  tokens: number;
  byToken: Record<string, number>;
}

/** What a stage is given beside its models. */
export interface RlStart {
  /** From the checkpoint within the stage that it resumes from. */
  readonly memory: readonly number[];
  /** Samples that an earlier stage solved. */
  readonly excluded: ReadonlySet<string>;
}

export class RlStage implements StageRunner {
  readonly policy: Model;
  readonly movingReference?: Model;
  /** Null: the policy without its adapters. */
  readonly #reference: Model | null;
  readonly #context: RunContext;
  readonly #stage: RlStageSettings;
  readonly #data: TrainingSet;
  readonly #tokenBudget: number;
  /** Mean rewards of recent prompts, where the stage minds their difficulty. */
  #history: readonly number[];

  constructor(
    context: RunContext,
    stage: RlStageSettings,
    policy: Model,
    reference: Model | null,
    { memory, excluded }: RlStart,
  ) {
    const { modality } = context.settings;
    const usable = context.samples.train.filter(
      (sample) =>
        (modality === "both" || sample.dataType === modality) &&
        (stage.rows?.(sample) ?? true) &&
        !excluded.has(sample.id),
    );
    if (usable.length === 0) {
      throw new Error(
        `No row of ${context.config.data.train} can be used for stage ${stage.name} (modality: ${modality}).`,
      );
    }
    this.policy = policy;
    this.#reference = reference;
    if (stage.movingReference !== null && reference !== null) this.movingReference = reference;
    this.#context = context;
    this.#history = memory;
    this.#stage = stage;
    this.#data = new TrainingSet(usable, [context.config.seed, stage.name], context.clips, context.report);
    this.#tokenBudget = tokenBudgetOf(policy.config) * context.engine.team.size;
  }

  async update(stageStep: number, step: number): Promise<StepOutcome> {
    const clock = new PhaseClock();
    const { prompter, knobs, config } = this.#context;
    const stage = this.#stage;
    const loaded = await clock.time("data", () => this.#data.load(stageStep, stage.promptsPerStep));
    this.#data.prefetch(stageStep + 1, Math.min(stage.steps, stageStep + 4), stage.promptsPerStep);
    const request = this.#request(step);
    const views = await clock.time("vision", () => prepareViews(loaded, request));
    let moved: { prompts: Augmented; metrics: Record<string, number> } | null = null;
    try {
      const first = await clock.time("rollout", () => sampleRollouts(views, request));
      moved = await clock.time("augment", () => this.#augment(first, request));
      const sampled = moved?.prompts.prompts ?? first;
      const groups = sampled.map(packed);
      const beta = knobs.get("beta") ?? stage.klBeta;
      const likelihoods = stage.rewards.some((part) => "needsLikelihood" in part && part.needsLikelihood);
      const reference =
        beta === 0 && !likelihoods
          ? null
          : await clock.time("reference", () =>
              referenceLogProbs(
                this.#reference,
                this.policy,
                sampled.map(({ ordered }) => ordered.prepared),
                groups,
                this.#pass(),
              ),
            );
      const liked =
        reference !== null && likelihoods
          ? withLikelihoods(sampled, reference, stage.likelihoodForm, prompter)
          : sampled;
      const again = stage.rewards.some((part) => "needsAnswerAgain" in part && part.needsAnswerAgain);
      const prompts = again
        ? await clock.time("reference", () => withAnswersAgain(this.#answering(), liked, this.#pass()))
        : liked;
      const shaped = await clock.time("reward", () => shapeStep(prompts, stage, config.seed, step));
      const trained = await this.#train(shaped, groups, { beta, reference }, stageStep, clock);
      await this.#moveReference(stageStep);
      const metrics = {
        ...rolloutMetrics(prompts, shaped, stage),
        ...trained.metrics,
        ...moved?.metrics,
        ...mismatch(prompts, trained.tokens),
        "sampling/tokens_per_second": sampledTokens(prompts) / Math.max(1e-9, clock.timings()["rollout"]! / 1000),
        tokens_per_second: (sampledTokens(prompts) + trained.processed) / clock.totalSeconds(),
        epoch: ((stageStep + 1) * stage.promptsPerStep) / this.#data.samples.length,
      };
      await clock.time("journal", () => {
        if (step % Math.max(1, Math.round(knobs.get("logging") ?? 1)) !== 0) return;
        const augmented = moved?.prompts.records ?? null;
        const groups = { step, stage: stage.name, prompter, shaped, trained: trained.tokens, augmented };
        journalGroups(this.#context.journal, groups);
      });
      return { metrics, timings: clock.timings(), culprit: trained.culprit };
    } finally {
      for (const prepared of [...views.ordered, ...views.shuffled]) prepared?.media.dispose();
      for (const media of moved?.prompts.media ?? []) media.dispose();
    }
  }

  memory(): readonly number[] {
    return this.#history;
  }

  /** The rollouts that the update trains on, and nothing else of it: for replay. */
  async sample(stageStep: number, step: number): Promise<readonly PromptRollouts[]> {
    const loaded = await this.#data.load(stageStep, this.#stage.promptsPerStep);
    const request = this.#request(step);
    const views = await prepareViews(loaded, request);
    let moved: { prompts: Augmented } | null = null;
    try {
      const first = await sampleRollouts(views, request);
      moved = await this.#augment(first, request);
      return moved?.prompts.prompts ?? first;
    } finally {
      for (const prepared of [...views.ordered, ...views.shuffled]) prepared?.media.dispose();
      for (const media of moved?.prompts.media ?? []) media.dispose();
    }
  }

  dispose(): void {
    this.policy.dispose();
    this.#reference?.dispose();
  }

  #request(step: number): RolloutRequest {
    const { prompter, knobs, signal, config } = this.#context;
    const stage = this.#stage;
    return {
      policy: this.policy,
      prompter,
      stage,
      groupSize: Math.max(2, Math.round(knobs.get("groupSize") ?? stage.groupSize)),
      sampling: { ...stage.sampling, temperature: knobs.get("temperature") ?? stage.sampling.temperature },
      seed: config.seed,
      step,
      signal,
    };
  }

  /** @throws Error where adapters leave no reference of its own that could write. */
  #answering(): Model {
    if (this.#reference !== null) return this.#reference;
    throw new Error("A reference that answers again needs weights of its own: set model.lora to 0.");
  }

  #pass(): GroupPass {
    const { prompter, signal } = this.#context;
    return { prompter, signal, tokenBudget: this.#tokenBudget };
  }

  async #augment(
    first: readonly PromptRollouts[],
    request: RolloutRequest,
  ): Promise<{ prompts: Augmented; metrics: Record<string, number> } | null> {
    const settings = this.#stage.difficulty;
    if (settings === null) return null;
    const outcomes = shapeStep(first, this.#stage, request.seed, request.step).map(({ outcome }) => outcome);
    const { frames } = this.#context;
    const prompts = await augment(first, outcomes, { request, settings, history: this.#history, frames });
    this.#history = remember(
      this.#history,
      outcomes.map(({ rewardMean }) => rewardMean),
      settings.window,
    );
    return { prompts, metrics: augmentationMetrics(prompts, outcomes.filter(({ dead }) => dead).length) };
  }

  async #moveReference(stageStep: number): Promise<void> {
    const moving = this.#stage.movingReference;
    if (moving !== null && (stageStep + 1) % moving.every === 0)
      await this.movingReference?.blend(this.policy, moving.decay);
  }

  /** `innerUpdates` updates on one batch of rollouts; the first one's ratio is exactly 1. */
  async #train(
    shaped: readonly ShapedPrompt[],
    groups: readonly PackedGroup[],
    { beta, reference }: { readonly beta: number; readonly reference: TokenTable | null },
    stageStep: number,
    clock: PhaseClock,
  ): Promise<{ metrics: Record<string, number>; tokens: TrainedTokens; processed: number; culprit?: Culprit }> {
    const { signal, journal } = this.#context;
    const stage = this.#stage;
    const weighting = stage.tokenWeighting;
    const weights =
      weighting === null
        ? null
        : await clock.time("weights", () => tokenWeights(this.policy, groups, weighting, this.#pass()));
    const counted =
      beta === 0
        ? null
        : klWeights(
            shaped.map(({ prompt }) => prompt),
            stage.klTokens,
            this.#context.prompter,
          );
    const advantages = shaped.map((item) => item.outcome.advantages);
    const old = shaped.map(({ prompt }) => prompt.ordered.rollouts.map(({ completion }) => completion.logProbs));
    const rows = groups.reduce((sum, group) => sum + group.completions.length, 0);
    const tokens = groups.reduce(
      (sum, group) => sum + group.completions.reduce((count, ids) => count + ids.length, 0),
      0,
    );
    const first: TrainedTokens = {
      logProbs: [],
      entropy: [],
      weights: [],
      newLogProbs: [],
      referenceLogProbs: reference,
    };
    let metrics: Record<string, number> = {};
    let culprit: Culprit | undefined;
    for (let inner = 0; inner < stage.innerUpdates; inner++) {
      const totals: Totals = { loss: 0, tokens: 0, byToken: {} };
      // Once one update is applied, the others must follow: a step is whole or not there.
      const cancel = inner === 0 ? { signal } : {};
      for (const [from, to] of microBatches(groups, this.#tokenBudget)) {
        const tape = await clock.time("forward", () => this.policy.forward(groups.slice(from, to), cancel));
        const logProbs = splitRows(tape.logProbs, tape.offsets);
        const entropies = splitRows(tape.entropy, tape.offsets);
        const result = stage.objective.compute(
          {
            logProbs,
            entropies,
            oldLogProbs: inner === 0 ? null : old.slice(from, to).flat(),
            referenceLogProbs: beta === 0 ? null : (reference?.slice(from, to).flat() ?? null),
            advantages: advantages.slice(from, to).flat(),
            groupSizes: groups.slice(from, to).map(({ completions }) => completions.length),
            ...(weights ? { weights: weights.slice(from, to).flat() } : {}),
            ...(counted ? { klWeights: counted.slice(from, to).flat() } : {}),
          },
          {
            beta,
            maxCompletionLength: stage.sampling.maxTokens,
            total: { rows, tokens, groups: groups.length },
          },
        );
        addUp(totals, result.loss, result.metrics, logProbs);
        const keep = (into: Float32Array[][], rows: TokenRows): void => {
          let row = 0;
          for (const group of groups.slice(from, to)) {
            const end = row + group.completions.length;
            into.push(rows.slice(row, end).map((values) => Float32Array.from(values)));
            row = end;
          }
        };
        if (inner === 0) {
          keep(first.logProbs, logProbs);
          keep(first.entropy, entropies);
          if (result.perTokenWeight) keep(first.weights, result.perTokenWeight);
        } else if (inner === stage.innerUpdates - 1) keep(first.newLogProbs, logProbs);
        await clock.time("backward", () => tape.backward(flattenRows(result.dLogProbs), undefined, cancel));
        tape.dispose();
      }
      journal.flush();
      const applied = await clock.time("update", () => this.#apply(stageStep, totals.loss));
      metrics = { ...means(totals), ...applied.metrics };
      culprit = applied.culprit;
      // What follows would start from the same weights and the same numbers.
      if (culprit !== undefined) break;
    }
    const processed =
      groups.reduce((sum, group) => sum + tokensOf(group), 0) * (stage.innerUpdates + (reference ? 1 : 0));
    return { metrics, tokens: first, processed, culprit };
  }

  async #apply(stageStep: number, loss: number): Promise<{ metrics: Record<string, number>; culprit?: Culprit }> {
    const { optimizer } = this.#stage;
    const full = this.#context.knobs.get("learningRate") ?? optimizer.learningRate;
    const schedule = { ...scheduleOf(this.#stage), learningRate: full, warmupFromFirst: true };
    const learningRate = learningRateAt(stageStep, schedule);
    const { clip, weightDecay, beta1, beta2, epsilon } = optimizer;
    const applied = await applyUpdate(this.policy, loss, {
      learningRate,
      clip,
      weightDecay,
      beta1,
      beta2,
      epsilon,
      skipNormDecay: true,
    });
    const metrics: Record<string, number> = { grad_norm: applied.gradientNorm, learning_rate: learningRate };
    if (applied.skipped) metrics["update_skipped"] = 1;
    return { metrics, culprit: applied.culprit };
  }
}

function packed({ ordered }: PromptRollouts): PackedGroup {
  return {
    prompt: ordered.prepared.prompt,
    completions: ordered.rollouts.map(({ completion }) => completion.ids),
  };
}

/** Metrics of the parts are means over their tokens. */
function addUp(
  totals: Totals,
  loss: number,
  metrics: Readonly<Record<string, number>>,
  rows: readonly Float32Array[],
): void {
  const tokens = rows.reduce((sum, row) => sum + row.length, 0);
  totals.loss += loss;
  totals.tokens += tokens;
  for (const [name, value] of Object.entries(metrics))
    totals.byToken[name] = (totals.byToken[name] ?? 0) + value * tokens;
}

function means(totals: Totals): Record<string, number> {
  const parts = Object.entries(totals.byToken).map(([name, sum]) => [name, sum / Math.max(1, totals.tokens)] as const);
  return { loss: totals.loss, ...Object.fromEntries(parts), num_tokens: totals.tokens };
}

function sampledTokens(prompts: readonly PromptRollouts[]): number {
  const groups = prompts.flatMap(({ ordered, shuffled }) => (shuffled === null ? [ordered] : [ordered, shuffled]));
  return groups.flatMap(({ rollouts }) => rollouts).reduce((sum, { completion }) => sum + completion.ids.length, 0);
}

/** How far the sampler's log-probabilities lie from the trainer's for the same weights and tokens, nats. */
function mismatch(prompts: readonly PromptRollouts[], trained: TrainedTokens): Record<string, number> {
  let sum = 0;
  let largest = 0;
  let count = 0;
  prompts.forEach(({ ordered }, group) =>
    ordered.rollouts.forEach(({ completion }, row) =>
      completion.logProbs.forEach((value, token) => {
        const difference = Math.abs(value - trained.logProbs[group]![row]![token]!);
        sum += difference;
        largest = Math.max(largest, difference);
        count++;
      }),
    ),
  );
  return {
    "sampling/sampling_logp_difference/mean": sum / Math.max(1, count),
    "sampling/sampling_logp_difference/max": largest,
  };
}
