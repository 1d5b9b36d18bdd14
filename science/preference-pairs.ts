/**
 * Preference pairs out of one group's verified rollouts (VerIPO, arXiv 2505.19000). The paper names three kinds: penalty,
 * consistency and reflection. How they are built was not published: the rules and every number here are ours.
 */
import type { ConsistencyJudge } from "./judge/consistency-judge.ts";
import { wordErrorRate } from "./metrics/text.ts";
import type { RolloutQuestion, VerifiedRollout } from "./verifier.ts";

export const PAIR_KINDS = ["penalty", "consistency", "reflection"] as const;
export type PairKind = (typeof PAIR_KINDS)[number];

/** One side of a pair: a rollout as it was sampled, or a text that was put together from rollouts. */
export interface PairSide {
  /** The rollout of the group that it is, or whose answer it ends on. */
  readonly index: number;
  /** Null: the rollout's own tokens. */
  readonly composed: string | null;
}

export interface PreferencePair {
  readonly kind: PairKind;
  readonly chosen: PairSide;
  readonly rejected: PairSide;
  /** The rule in a few words. */
  readonly verdict: string;
  /** The checks' reasons. */
  readonly rationale: string;
}

/** Why candidates became no pair. */
export const REJECTIONS = ["all-right", "all-wrong", "length", "duplicate", "cap", "not-consistent"] as const;
export type Rejection = (typeof REJECTIONS)[number];

export interface PairSettings {
  readonly kinds: readonly PairKind[];
  /** Of one kind and one prompt. */
  readonly mostOfAKind: number;
  /** The longer thought of a penalty pair over the shorter one, at most. */
  readonly lengthRatio: number;
  /** Chosen texts whose words differ by less than this share count as one. */
  readonly sameBelow: number;
  /** Between the two thoughts of a reflection pair. */
  readonly connective: string;
  /** Control: chosen and rejected change places. */
  readonly swapLabels: boolean;
}

/** All ours. */
export const PAIR_RULES = {
  mostOfAKind: 2,
  lengthRatio: 4,
  sameBelow: 0.1,
  connective: "Wait, let me check that again.",
} as const;

export interface GroupPairs {
  readonly pairs: readonly PreferencePair[];
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>;
}

/** Pairs of one prompt's rollouts, in a fixed order: kinds as in {@link PAIR_KINDS}, longer chosen thoughts first. */
export async function pairsOfGroup(
  verified: readonly VerifiedRollout[],
  question: RolloutQuestion,
  judge: ConsistencyJudge,
  settings: PairSettings,
): Promise<GroupPairs> {
  const rejected: Partial<Record<Rejection, number>> = {};
  const count = (reason: Rejection): void => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const right = verified.filter(({ accuracy }) => accuracy.passed).length;
  const mixed = right > 0 && right < verified.length;
  if (right === verified.length) count("all-right");
  else if (right === 0) count("all-wrong");
  const context = { verified, question, judge, settings, mixed, count };
  const pairs: PreferencePair[] = [];
  for (const kind of PAIR_KINDS) {
    if (!settings.kinds.includes(kind)) continue;
    pairs.push(...kept(await CANDIDATES[kind](context), verified, settings, count));
  }
  return { pairs: settings.swapLabels ? pairs.map(swapped) : pairs, rejected };
}

interface PairContext {
  readonly verified: readonly VerifiedRollout[];
  readonly question: RolloutQuestion;
  readonly judge: ConsistencyJudge;
  readonly settings: PairSettings;
  /** Some answers of the group are right and some wrong: only then two rollouts are compared. */
  readonly mixed: boolean;
  readonly count: (reason: Rejection) => void;
}

const CANDIDATES: Readonly<Record<PairKind, (context: PairContext) => PreferencePair[] | Promise<PreferencePair[]>>> = {
  penalty: penaltyPairs,
  consistency: consistencyPairs,
  reflection: reflectionPairs,
};

const isModel = ({ accuracy, consistency, repetition }: VerifiedRollout): boolean =>
  accuracy.passed && consistency.passed && repetition.passed;
const own = ({ rollout }: VerifiedRollout): PairSide => ({ index: rollout.index, composed: null });
/** Those beyond the group's median first. */
const longerFirst = (a: VerifiedRollout, b: VerifiedRollout): number =>
  Number(b.length.passed) - Number(a.length.passed) || a.rollout.index - b.rollout.index;

/** A right, consistent rollout over one that is wrong or repeats itself. */
function penaltyPairs({ verified, settings, mixed, count }: PairContext): PreferencePair[] {
  if (!mixed) return [];
  const pairs: PreferencePair[] = [];
  for (const better of verified.filter(isModel).sort(longerFirst)) {
    for (const worse of verified.filter(({ accuracy, repetition }) => !accuracy.passed || !repetition.passed)) {
      const lengths = [better.thinkingTokens, worse.thinkingTokens];
      if (Math.max(...lengths) > settings.lengthRatio * Math.max(1, Math.min(...lengths))) {
        count("length");
        continue;
      }
      const wrong = worse.accuracy.passed ? worse.repetition.why : worse.accuracy.why;
      pairs.push({
        kind: "penalty",
        chosen: own(better),
        rejected: own(worse),
        verdict: worse.accuracy.passed ? "does not repeat itself" : "right over wrong",
        rationale: `Chosen: ${better.accuracy.why} ${better.consistency.why} ${better.length.why} Rejected: ${wrong}`,
      });
    }
  }
  return pairs;
}

/**
 * A thought that leads to the right answer over one that does not lead to the right answer that was given; and a thought
 * with the right answer to which it leads over the same thought with another one.
 */
function consistencyPairs({ verified, mixed }: PairContext): PreferencePair[] {
  const pairs: PreferencePair[] = [];
  const contradicting = verified.filter(({ consistency, thinking }) => !consistency.passed && thinking !== "");
  if (mixed) {
    for (const better of verified.filter(isModel).sort(longerFirst)) {
      for (const worse of contradicting.filter(({ accuracy }) => accuracy.passed)) {
        pairs.push({
          kind: "consistency",
          chosen: own(better),
          rejected: own(worse),
          verdict: "both right, one from its thought",
          rationale: `Chosen: ${better.consistency.why} Rejected: ${worse.consistency.why}`,
        });
      }
    }
  }
  const derivedRight = (wanted: string): VerifiedRollout | undefined =>
    verified.find(({ accuracy, answer }) => accuracy.passed && answer === wanted);
  for (const worse of contradicting) {
    if (worse.accuracy.passed || worse.derivedAnswer === null) continue;
    // The truth is known here only through answers that were marked right.
    const witness = derivedRight(worse.derivedAnswer);
    if (witness === undefined) continue;
    pairs.push({
      kind: "consistency",
      chosen: { index: worse.rollout.index, composed: completion(worse.thinking, worse.derivedAnswer) },
      rejected: own(worse),
      verdict: "same thought, the answer to which it leads",
      rationale: `${worse.consistency.why} That answer is right (rollout ${witness.rollout.index}).`,
    });
  }
  return pairs;
}

/** A wrong thought that is taken up again and ends right over the wrong rollout. */
async function reflectionPairs(context: PairContext): Promise<PreferencePair[]> {
  const { verified, question, judge, settings, mixed, count } = context;
  if (!mixed) return [];
  const pairs: PreferencePair[] = [];
  const wrong = verified.filter(
    ({ accuracy, repetition, thinking }) => !accuracy.passed && repetition.passed && thinking !== "",
  );
  for (const right of verified.filter(isModel).sort(longerFirst)) {
    for (const before of wrong) {
      const thinking = `${before.thinking} ${settings.connective} ${right.thinking}`;
      const { consistent, why } = await judge.judge({ ...question, thinking, answer: right.answer });
      if (!consistent) {
        count("not-consistent");
        continue;
      }
      pairs.push({
        kind: "reflection",
        chosen: { index: right.rollout.index, composed: completion(thinking, right.answer) },
        rejected: own(before),
        verdict: "wrong thought corrected over wrong",
        rationale: `Chosen: the thoughts of rollouts ${before.rollout.index} and ${right.rollout.index}, joined by "${settings.connective}". ${why} Rejected: ${before.accuracy.why}`,
      });
    }
  }
  return pairs;
}

const completion = (thinking: string, answer: string): string =>
  `<think>${thinking}</think>\n<answer>${answer}</answer>`;

/** Without near repetitions of a chosen text, and at most so many. */
function kept(
  candidates: readonly PreferencePair[],
  verified: readonly VerifiedRollout[],
  settings: PairSettings,
  count: (reason: Rejection) => void,
): PreferencePair[] {
  const pairs: PreferencePair[] = [];
  const texts: string[] = [];
  for (const pair of candidates) {
    if (pairs.length === settings.mostOfAKind) {
      count("cap");
      continue;
    }
    const { index, composed } = pair.chosen;
    const text = composed ?? verified.find(({ rollout }) => rollout.index === index)!.rollout.text;
    if (texts.some((known) => wordErrorRate(known, text) < settings.sameBelow)) {
      count("duplicate");
      continue;
    }
    pairs.push(pair);
    texts.push(text);
  }
  return pairs;
}

function swapped(pair: PreferencePair): PreferencePair {
  return { ...pair, chosen: pair.rejected, rejected: pair.chosen, verdict: `labels swapped: ${pair.verdict}` };
}
