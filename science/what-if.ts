/**
 * A step's logged rollouts under other settings: what their rewards and advantages would have been. By the very functions
 * that train: parts, gate, normalisation and objective. The rollouts themselves stay what the policy said then.
 */
import { ADVANTAGE_MODES, type AdvantageMode } from "./advantages.ts";
import { grpoObjective, LOSS_TYPES, type LossType } from "./objectives/grpo.ts";
import { NO_SAMPLE } from "./records.ts";
import { advantagesOverBatch } from "./rewards/batch.ts";
import { scoreGroup, type GroupOutcome } from "./rewards/group.ts";
import { lengthPart, type LengthSettings } from "./rewards/length.ts";
import type { RewardedRollout, RewardPart } from "./rewards/reward.ts";
import { temporalPart, type TemporalSettings } from "./rewards/temporal.ts";

export interface WhatIfSettings {
  /** Factors on the parts that judge one rollout, by name; 1 for those not named. */
  readonly weights: Readonly<Record<string, number>>;
  readonly temporal: TemporalSettings;
  readonly length: LengthSettings;
  readonly advantage: AdvantageMode;
  readonly epsilon: number;
  readonly objective: LossType;
  readonly epsilonHigh: number;
  /** Dr.GRPO's constant length. */
  readonly maxTokens: number;
}

/** What the journal holds of a rollout, as far as it matters here. */
export interface LoggedRollout {
  readonly rewards: Readonly<Record<string, number>>;
  readonly correct: boolean;
  readonly tokenCount: number;
}
export interface LoggedGroup {
  readonly ordered: readonly LoggedRollout[];
  /** Null for pictures and without a contrast. */
  readonly shuffled: readonly LoggedRollout[] | null;
}

export interface Recomputed {
  readonly outcome: GroupOutcome;
  /**
   * Of each rollout: the sum over its tokens of -d(loss)/d(log-probability) at the first update, policy term only. The
   * sign is the direction in which its text is pushed, the size how hard compared with the step's other rollouts.
   */
  readonly pulls: readonly number[];
}

/** These depend on settings and are computed anew; every other part is what was logged, times its factor. */
const COMPUTED = ["temporal", "length"];

/** All groups of one step under `settings`. `logged` are the factors under which the parts were journalled. */
export function recompute(
  groups: readonly LoggedGroup[],
  settings: WhatIfSettings,
  logged: Readonly<Record<string, number>>,
): Recomputed[] {
  const normalisation = { advantage: settings.advantage, epsilon: settings.epsilon };
  const alone = groups.map((group) => {
    const raw = group.ordered.map((rollout) => rawParts(rollout, logged));
    const rewarded = (rollout: LoggedRollout): RewardedRollout => ({
      text: "",
      prediction: "",
      accuracy: rawParts(rollout, logged)["accuracy"] ?? Number(rollout.correct),
      tokenCount: rollout.tokenCount,
    });
    return scoreGroup(
      {
        sample: NO_SAMPLE,
        rollouts: group.ordered.map(rewarded),
        shuffled: group.shuffled?.map(rewarded) ?? null,
      },
      partsOf(raw, settings),
      normalisation,
    );
  });
  return advantagesOverBatch(alone, normalisation).map((outcome, place) => ({
    outcome,
    pulls: pullsOf(groups, place, outcome, settings),
  }));
}

/** The parts in the order of the recipe: accuracy, temporal contrast, the others, length. */
function partsOf(raw: readonly Readonly<Record<string, number>>[], settings: WhatIfSettings): RewardPart[] {
  const { temporal, length, weights } = settings;
  const known = (name: string): RewardPart => ({
    name,
    scoreGroup: () => ({ rewards: raw.map((parts) => (parts[name] ?? 0) * (weights[name] ?? 1)) }),
  });
  const others = [...new Set(raw.flatMap((parts) => Object.keys(parts)))].filter((name) => name !== "accuracy");
  return [
    known("accuracy"),
    ...(temporal.enabled ? [temporalPart(temporal)] : []),
    ...others.map(known),
    ...(length.enabled ? [lengthPart(length, temporal.eligibleAbove)] : []),
  ];
}

/** Logged parts with their factors taken out; one that counted nothing cannot be known but for the accuracy. */
function rawParts(rollout: LoggedRollout, logged: Readonly<Record<string, number>>): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const [name, value] of Object.entries(rollout.rewards)) {
    if (COMPUTED.includes(name)) continue;
    const weight = logged[name] ?? 1;
    parts[name] = weight !== 0 ? value / weight : name === "accuracy" ? Number(rollout.correct) : 0;
  }
  return parts;
}

function pullsOf(
  groups: readonly LoggedGroup[],
  place: number,
  { advantages }: GroupOutcome,
  settings: WhatIfSettings,
): number[] {
  const rollouts = groups[place]!.ordered;
  const all = groups.flatMap(({ ordered }) => ordered);
  const total = { rows: all.length, tokens: all.reduce((sum, { tokenCount }) => sum + tokenCount, 0) };
  const { dLogProbs } = grpoObjective(
    { logProbs: rollouts.map(({ tokenCount }) => new Float32Array(tokenCount)), advantages },
    {
      lossType: settings.objective,
      epsilonHigh: settings.epsilonHigh,
      maxCompletionLength: settings.maxTokens,
      total,
    },
  );
  return dLogProbs.map((row) => 0 - row.reduce((sum, value) => sum + value, 0));
}

/** How a step changes: what the window says in one line. */
export interface Change {
  /** Rollouts whose advantage changes its sign, zero counting as a sign. */
  readonly flipped: number;
  readonly rollouts: number;
  readonly revived: number;
  readonly died: number;
  /** Prompts whose rollouts are ranked in another order. */
  readonly reranked: number;
  readonly gatesOpened: number;
  readonly gatesClosed: number;
}

/** Advantages smaller than this are rounding. */
const NOTHING = 1e-9;
const signOf = (value: number): number => (Math.abs(value) < NOTHING ? 0 : Math.sign(value));

/** Whether an advantage changes its sign. */
export const flips = (before: number, after: number): boolean => signOf(before) !== signOf(after);

export function changeOf(before: readonly Recomputed[], after: readonly Recomputed[]): Change {
  let [flipped, rollouts, revived, died, reranked, gatesOpened, gatesClosed] = [0, 0, 0, 0, 0, 0, 0];
  before.forEach(({ outcome: old }, place) => {
    const now = after[place]!.outcome;
    rollouts += old.advantages.length;
    flipped += old.advantages.filter((value, index) => flips(value, now.advantages[index]!)).length;
    if (old.dead && !now.dead) revived++;
    if (!old.dead && now.dead) died++;
    if (ranking(old.rewards).some((rank, index) => rank !== ranking(now.rewards)[index])) reranked++;
    const [wasOpen, isOpen] = [opens(old), opens(now)];
    if (!wasOpen && isOpen) gatesOpened++;
    if (wasOpen && !isOpen) gatesClosed++;
  });
  return { flipped, rollouts, revived, died, reranked, gatesOpened, gatesClosed };
}

const opens = ({ gate }: GroupOutcome): boolean => gate?.passed === true && gate.eligible.length > 0;

/** Rank of each value, 0 the greatest; equal values (to rounding) share one. */
export function ranking(values: readonly number[]): number[] {
  return values.map((value) => values.filter((other) => other > value + NOTHING).length);
}

/** Settings out of a run's frozen values, by recipe field; what they lack is as in plain GRPO. */
export function whatIfSettings(values: Readonly<Record<string, unknown>>): WhatIfSettings {
  const number = (name: string, otherwise: number): number =>
    typeof values[name] === "number" ? values[name] : otherwise;
  const flag = (name: string): boolean => values[name] === true;
  const choice = <Name extends string>(name: string, known: readonly Name[], otherwise: Name): Name =>
    known.find((one) => one === values[name]) ?? otherwise;
  return {
    weights: { accuracy: number("reward.accuracy", 1), format: number("reward.format", 1) },
    temporal: {
      enabled: flag("temporal.enabled"),
      mu: number("temporal.mu", 1),
      alpha: number("temporal.alpha", 0.3),
      rule: choice("temporal.rule", ["mean", "proportion"], "proportion"),
      proportionAbove: number("temporal.proportionAbove", 0.5),
      eligibleAbove: number("temporal.eligibleAbove", 0.1),
      apply: choice("temporal.apply", ["reward", "advantage"], "reward"),
    },
    length: {
      enabled: flag("length.enabled"),
      minTokens: number("length.minTokens", 320),
      maxTokens: number("length.maxTokens", 512),
      omega: number("length.omega", 0.2),
      needsTwo: flag("length.needsTwo"),
    },
    advantage: choice("rl.advantage", ADVANTAGE_MODES, "group"),
    epsilon: number("rl.advantageEpsilon", 1e-4),
    objective: choice("rl.objective", LOSS_TYPES, "grpo"),
    epsilonHigh: number("rl.epsilonHigh", 0.2),
    maxTokens: number("sampling.maxTokens", 768),
  };
}

/** The recipe fields in which `after` differs from `before`: overrides for a new run. */
export function overridesBetween(
  before: WhatIfSettings,
  after: WhatIfSettings,
): Record<string, number | string | boolean> {
  const from = fieldsOf(before);
  return Object.fromEntries(Object.entries(fieldsOf(after)).filter(([name, value]) => from[name] !== value));
}

function fieldsOf({ weights, temporal, length, ...rest }: WhatIfSettings): Record<string, number | string | boolean> {
  const named = (prefix: string, part: object): [string, number | string | boolean][] =>
    Object.entries(part).map(([name, value]) => [`${prefix}.${name}`, value as number | string | boolean]);
  return Object.fromEntries([
    ...named("reward", weights),
    ...named("temporal", temporal),
    ...named("length", length),
    ["rl.advantage", rest.advantage],
    ["rl.advantageEpsilon", rest.epsilon],
    ["rl.objective", rest.objective],
  ]);
}
