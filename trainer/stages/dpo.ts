/**
 * DPO on preference pairs out of an earlier stage's rollouts (VerIPO). The reference is the policy as the stage found it;
 * its log-probabilities are measured once, before the first update, in an order that a resumed run repeats.
 */
import type { Media, Model, PackedGroup } from "../../native/types.ts";
import { tokenBudgetOf } from "../../science/memory/budget.ts";
import { dpoObjective } from "../../science/objectives/dpo.ts";
import { flattenRows, splitRows } from "../../science/objectives/objective.ts";
import type { Sample } from "../../science/records.ts";
import { RandomStream } from "../../science/rng.ts";
import type { DpoStageSettings } from "../../science/settings.ts";
import { viewOf } from "../../science/views.ts";
import { microBatches, tokensOf } from "./batching.ts";
import { PhaseClock } from "../run/clock.ts";
import type { RunContext, StageRunner, StepOutcome } from "../run/context.ts";
import { MediaError } from "../media/errors.ts";
import { journalPair, journalStart } from "./dpo-journal.ts";
import { optimizerStep } from "./optimizer-step.ts";
import { preferenceMaterial, type PreferenceMaterial, type TokenPair } from "./preference-material.ts";

/** Sums of both sides' log-probabilities are not enough: the objective takes rows. `[chosen, rejected]`. */
type Sides = readonly [Float32Array, Float32Array];

interface Material extends PreferenceMaterial {
  /** Under the reference, by place in `pairs`; a pair whose medium cannot be used has none. */
  readonly references: ReadonlyMap<number, Sides>;
}

export class DpoStage implements StageRunner {
  readonly policy: Model;
  /** Null: the policy without its adapters. */
  readonly #reference: Model | null;
  readonly #context: RunContext;
  readonly #stage: DpoStageSettings;
  readonly #samples: ReadonlyMap<string, Sample>;
  readonly #tokenBudget: number;
  #material: Material | null = null;

  constructor(context: RunContext, stage: DpoStageSettings, policy: Model, reference: Model | null) {
    this.policy = policy;
    this.#reference = reference;
    this.#context = context;
    this.#stage = stage;
    this.#samples = new Map(context.samples.train.map((sample) => [sample.id, sample]));
    this.#tokenBudget = tokenBudgetOf(policy.config) * context.engine.team.size;
  }

  async update(stageStep: number, step: number): Promise<StepOutcome> {
    const clock = new PhaseClock();
    const material = (this.#material ??= await this.#prepare(clock));
    if (stageStep === 0) journalStart(this.#context.journal, this.#stage, material, step);
    const once = stageStep === 0 ? material.metrics : {};
    const planned = this.#planned(material.pairs.length, stageStep).filter((place) => material.references.has(place));
    if (planned.length === 0) {
      return { metrics: { ...once, num_pairs: 0, update_skipped: 1 }, timings: clock.timings() };
    }
    this.#prefetch(this.#planned(material.pairs.length, stageStep + 1), material.pairs);
    const shown = await clock.time("vision", () => this.#show(this.policy, planned, material.pairs));
    try {
      const { metrics, culprit } = await this.#train(shown.places, shown.groups, material, { stageStep, step, clock });
      return { metrics: { ...once, ...metrics }, timings: clock.timings(), culprit };
    } finally {
      for (const media of shown.media) media.dispose();
    }
  }

  dispose(): void {
    this.policy.dispose();
    this.#reference?.dispose();
  }

  /** Pairs of one update, by place: every epoch is one new order of all. */
  #planned(pairs: number, stageStep: number): number[] {
    const { seed } = this.#context.config;
    const size = Math.min(pairs, this.#stage.batchSize);
    const orders = new Map<number, number[]>();
    return Array.from({ length: size }, (_, slot) => {
      const at = stageStep * size + slot;
      const epoch = Math.floor(at / pairs);
      let order = orders.get(epoch);
      if (order === undefined) {
        order = new RandomStream("order", seed, this.#stage.name, epoch).permutation(pairs);
        orders.set(epoch, order);
      }
      return order[at % pairs]!;
    });
  }

  async #prepare(clock: PhaseClock): Promise<Material> {
    const stage = this.#stage;
    const material = await clock.time("pairs", () => preferenceMaterial(this.#context, stage));
    const { pairs } = material;
    const used = new Set<number>();
    for (let step = 0; step < stage.steps && used.size < pairs.length; step++)
      for (const place of this.#planned(pairs.length, step)) used.add(place);
    const places = [...used].sort((a, b) => a - b);
    const references = new Map<number, Sides>();
    for (let from = 0; from < places.length; from += stage.batchSize) {
      const next = from + stage.batchSize;
      const part = places.slice(from, next);
      this.#prefetch(places.slice(next, next + stage.batchSize), pairs);
      await clock.time("reference", () => this.#measureReference(part, pairs, references));
    }
    return { ...material, references };
  }

  /** Starts decoding the clips of these pairs. */
  #prefetch(places: readonly number[], pairs: readonly TokenPair[]): void {
    this.#context.clips.prefetch(places.map((place) => this.#sampleOf(pairs[place]!.earlier.group)));
  }

  async #measureReference(
    part: readonly number[],
    pairs: readonly TokenPair[],
    into: Map<number, Sides>,
  ): Promise<void> {
    const model = this.#reference ?? this.policy;
    const options = { signal: this.#context.signal, adapter: this.#reference !== null };
    const { places, groups, media } = await this.#show(model, part, pairs);
    try {
      for (const [from, to] of microBatches(groups, this.#tokenBudget)) {
        const scores = await model.score(groups.slice(from, to), options);
        const rows = splitRows(scores.logProbs, scores.offsets).map((row) => Float32Array.from(row));
        places.slice(from, to).forEach((place, k) => into.set(place, [rows[2 * k]!, rows[2 * k + 1]!]));
      }
    } finally {
      for (const one of media) one.dispose();
    }
  }

  /** Each pair as one group of two completions. A pair whose medium cannot be used is reported and left out. */
  async #show(
    model: Model,
    places: readonly number[],
    pairs: readonly TokenPair[],
  ): Promise<{ places: number[]; groups: PackedGroup[]; media: Media[] }> {
    const { prompter, clips, report } = this.#context;
    const shown: { places: number[]; groups: PackedGroup[]; media: Media[] } = { places: [], groups: [], media: [] };
    for (const place of places) {
      const { earlier, chosen, rejected } = pairs[place]!;
      const sample = this.#sampleOf(earlier.group);
      try {
        const clip = await clips.load(sample);
        const view = viewOf("ordered", clip.frames.length, ORDERED);
        const { prompt, media } = await prompter.prepare(model, sample, clip, view);
        shown.places.push(place);
        shown.groups.push({ prompt, completions: [chosen, rejected] });
        shown.media.push(media);
      } catch (error) {
        if (error instanceof MediaError) {
          report(error);
          continue;
        }
        for (const one of shown.media) one.dispose();
        throw error;
      }
    }
    return shown;
  }

  #sampleOf({ sampleId, question }: { readonly sampleId: string; readonly question: string }): Sample {
    const sample = this.#samples.get(sampleId);
    if (sample === undefined) {
      const { train } = this.#context.config.data;
      throw new Error(
        `Sample ${sampleId} of stage ${this.#stage.rolloutsOf} is no longer in ${train}: restore the file.`,
      );
    }
    return sample.question === question ? sample : { ...sample, question };
  }

  async #train(
    places: readonly number[],
    groups: readonly PackedGroup[],
    { pairs, references, run }: Material,
    { stageStep, step, clock }: { readonly stageStep: number; readonly step: number; readonly clock: PhaseClock },
  ): Promise<Pick<StepOutcome, "metrics" | "culprit">> {
    const { signal, journal, knobs } = this.#context;
    const { beta, batchSize } = this.#stage;
    const totals: Record<string, number> = {};
    const add = (name: string, value: number): void => {
      totals[name] = (totals[name] ?? 0) + value;
    };
    for (const [from, to] of microBatches(groups, this.#tokenBudget)) {
      const share = (to - from) / groups.length;
      const tape = await clock.time("forward", () => this.policy.forward(groups.slice(from, to), { signal }));
      const rows = splitRows(tape.logProbs, tape.offsets);
      const [chosen, rejected] = [rows.filter((_, row) => row % 2 === 0), rows.filter((_, row) => row % 2 === 1)];
      const before = places.slice(from, to).map((place) => references.get(place)!);
      const referenceChosen = before.map(([row]) => row);
      const referenceRejected = before.map(([, row]) => row);
      const result = dpoObjective(
        { chosen, rejected, referenceChosen, referenceRejected },
        { beta, losses: [{ loss: "sigmoid", weight: 1 }] },
      );
      add("loss", share * result.loss);
      for (const [name, value] of Object.entries(result.metrics)) add(name, share * value);
      chosen.forEach((row, k) => {
        const [better, worse] = [sum(row), sum(rejected[k]!)];
        add("logps/chosen", better / groups.length);
        add("logps/rejected", worse / groups.length);
        const margin = beta * (better - sum(referenceChosen[k]!) - (worse - sum(referenceRejected[k]!)));
        const pair = pairs[places[from + k]!]!;
        journalPair(journal, this.#stage, pair, run, { step, usedAtStep: step, margin });
      });
      const gradient = result.dChosen.flatMap((row, k) => [row, result.dRejected[k]!]);
      for (const row of gradient) for (let t = 0; t < row.length; t++) row[t]! *= share;
      await clock.time("backward", () => tape.backward(flattenRows(gradient), undefined, { signal }));
      tape.dispose();
    }
    journal.flush();
    const applied = await clock.time("update", () =>
      optimizerStep(this.policy, this.#stage, knobs, stageStep, totals["loss"]!),
    );
    const processed = groups.reduce((count, group) => count + tokensOf(group), 0);
    const metrics: Record<string, number> = {
      loss: 0,
      ...totals,
      ...applied.metrics,
      num_pairs: groups.length,
      num_tokens: groups.reduce((count, { completions }) => count + completions[0]!.length + completions[1]!.length, 0),
      tokens_per_second: processed / clock.totalSeconds(),
      epoch: ((stageStep + 1) * Math.min(batchSize, pairs.length)) / pairs.length,
    };
    return { metrics, culprit: applied.culprit };
  }
}

const ORDERED = { runSeed: 0, step: 0, sampleId: "" };
const sum = (row: Float32Array): number => row.reduce((total, value) => total + value, 0);
