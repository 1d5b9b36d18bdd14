/**
 * RL: one update of GRPO or T-GRPO. Several prompts a step, for each a group of rollouts and, for videos, a twin group on
 * shuffled frames that is scored and never trained on; rewards, advantages, KL to the frozen reference, one or more updates.
 */
import type { Model, PackedGroup } from "../../native/types.ts";
import { remember } from "../../science/difficulty.ts";
import { tokenBudgetOf } from "../../science/memory/budget.ts";
import type { RlStageSettings } from "../../science/settings.ts";
import { TrainingSet } from "../data/dataset.ts";
import { PhaseClock } from "../run/clock.ts";
import type { RunContext, StageRunner, StepOutcome } from "../run/context.ts";
import { withAnswersAgain } from "./answer-again.ts";
import { augment, augmentationMetrics, type Augmented } from "./augment.ts";
import { referenceLogProbs, withLikelihoods, type GroupPass, type TokenTable } from "./group-measures.ts";
import { updatePolicy } from "./policy-update.ts";
import { journalGroups } from "./rl-journal.ts";
import { mismatch, rolloutMetrics, sampledTokens } from "./rl-metrics.ts";
import { shapeStep } from "./rl-rewards.ts";
import { prepareViews, sampleRollouts, type PromptRollouts, type RolloutRequest } from "./rollouts.ts";

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
    const { knobs, config } = this.#context;
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
      const { prompts, reference } = await this.#measure(sampled, groups, beta, clock);
      const shaped = await clock.time("reward", () => shapeStep(prompts, stage, config.seed, step));
      const learner = { policy: this.policy, stage, context: this.#context, pass: this.#pass() };
      const trained = await updatePolicy(learner, { shaped, groups, beta, reference }, stageStep, clock);
      await this.#moveReference(stageStep);
      const metrics = {
        ...rolloutMetrics(prompts, shaped, stage),
        ...trained.metrics,
        ...moved?.metrics,
        ...mismatch(prompts, trained.tokens.logProbs),
        "sampling/tokens_per_second": sampledTokens(prompts) / Math.max(1e-9, clock.timings()["rollout"]! / 1000),
        tokens_per_second: (sampledTokens(prompts) + trained.processed) / clock.totalSeconds(),
        epoch: ((stageStep + 1) * stage.promptsPerStep) / this.#data.samples.length,
      };
      await clock.time("journal", () => {
        if (step % Math.max(1, Math.round(knobs.get("logging") ?? 1)) !== 0) return;
        const { prompter, journal } = this.#context;
        const augmented = moved?.prompts.records ?? null;
        journalGroups(journal, { step, stage: stage.name, prompter, shaped, trained: trained.tokens, augmented });
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

  /** The rollouts with what the rewards ask of the reference, and its log-probabilities where anything needs them. */
  async #measure(
    sampled: readonly PromptRollouts[],
    groups: readonly PackedGroup[],
    beta: number,
    clock: PhaseClock,
  ): Promise<{ prompts: readonly PromptRollouts[]; reference: TokenTable | null }> {
    const { rewards, likelihoodForm } = this.#stage;
    const pass = this.#pass();
    const likelihoods = rewards.some((part) => "needsLikelihood" in part && part.needsLikelihood);
    let [prompts, reference]: [readonly PromptRollouts[], TokenTable | null] = [sampled, null];
    if (beta !== 0 || likelihoods) {
      const prepared = sampled.map(({ ordered }) => ordered.prepared);
      reference = await clock.time("reference", () =>
        referenceLogProbs(this.#reference, this.policy, prepared, groups, pass),
      );
      if (likelihoods) prompts = withLikelihoods(sampled, reference, likelihoodForm, pass.prompter);
    }
    if (rewards.some((part) => "needsAnswerAgain" in part && part.needsAnswerAgain)) {
      const before = prompts;
      prompts = await clock.time("reference", () => withAnswersAgain(this.#answering(), before, pass));
    }
    return { prompts, reference };
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
}

function packed({ ordered }: PromptRollouts): PackedGroup {
  return {
    prompt: ordered.prepared.prompt,
    completions: ordered.rollouts.map(({ completion }) => completion.ids),
  };
}
