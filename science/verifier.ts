/**
 * VerIPO's four checks of a rollout: accuracy, consistency, repetition, length (arXiv 2505.19000, figure 2). The paper
 * names them without thresholds, so every number here is ours.
 */
import { extractAnswer, extractThink, words } from "./answers.ts";
import type { ConsistencyJudge } from "./judge/consistency-judge.ts";

/** What the checks read of one journalled rollout. */
export interface JudgedRollout {
  /** Position in its group. */
  readonly index: number;
  readonly text: string;
  readonly correct: boolean;
}

export interface RolloutQuestion {
  readonly question: string;
  readonly problemType: string;
  readonly options: readonly string[];
}

export interface Check {
  readonly passed: boolean;
  readonly why: string;
}

export interface VerifiedRollout {
  readonly rollout: JudgedRollout;
  /** "" where there is no thought between tags. */
  readonly thinking: string;
  readonly answer: string;
  readonly accuracy: Check;
  readonly consistency: Check;
  /** To what the thought leads by the judge. */
  readonly derivedAnswer: string | null;
  /** Passed: it does not repeat itself. */
  readonly repetition: Check;
  /** Passed: longer than the group's median. */
  readonly length: Check;
  readonly thinkingTokens: number;
  readonly judge: string;
  /** What the second judge says of consistency; null without one. */
  readonly secondConsistency: boolean | null;
}

/** Tokens in a repeated unit. */
const GRAM = 4;
/** How often a unit or sentence must occur to count as repeated: in a short text any four words are a large share. */
const TIMES = 3;
/** Share of all tokens that a repeated unit may cover. */
const COVERED = 0.2;

/** All rollouts of one prompt. @param countTokens tokens of a thought, by the run's tokenizer. @param second only reported. */
export async function verifyGroup(
  rollouts: readonly JudgedRollout[],
  { question, problemType, options }: RolloutQuestion,
  judge: ConsistencyJudge,
  countTokens: (text: string) => number,
  second: ConsistencyJudge | null = null,
): Promise<VerifiedRollout[]> {
  const thoughts = rollouts.map(({ text }) => extractThink(text)?.text.trim() ?? "");
  const lengths = thoughts.map((thought) => (thought === "" ? 0 : countTokens(thought)));
  const middle = median(lengths);
  return Promise.all(
    rollouts.map(async (rollout, place) => {
      const thinking = thoughts[place]!;
      const answer = extractAnswer(rollout.text);
      const asked = { question, problemType, options, thinking, answer };
      const [verdict, other] = await Promise.all([judge.judge(asked), second?.judge(asked) ?? null]);
      const thinkingTokens = lengths[place]!;
      const longer = thinkingTokens > middle;
      return {
        rollout,
        thinking,
        answer,
        accuracy: { passed: rollout.correct, why: rollout.correct ? "The answer is right." : "The answer is wrong." },
        consistency: { passed: verdict.consistent, why: verdict.why },
        derivedAnswer: verdict.derivedAnswer,
        repetition: checkRepetition(thinking),
        length: {
          passed: longer,
          why: `${thinkingTokens} tokens are ${longer ? "more" : "not more"} than the median of ${middle}.`,
        },
        thinkingTokens,
        judge: judge.name,
        secondConsistency: other?.consistent ?? null,
      };
    }),
  );
}

/** Fails where four words come up three times and cover more than a fifth of the text, or a sentence comes three times. */
export function checkRepetition(text: string): Check {
  const tokens = words(text.toLowerCase());
  const places = new Map<string, number[]>();
  for (let at = 0; at + GRAM <= tokens.length; at++) {
    const gram = tokens.slice(at, at + GRAM).join(" ");
    const found = places.get(gram);
    if (found === undefined) places.set(gram, [at]);
    else found.push(at);
  }
  for (const [gram, found] of places) {
    if (found.length < TIMES) continue;
    const covered = new Set(found.flatMap((at) => Array.from({ length: GRAM }, (_, offset) => at + offset))).size;
    const share = covered / tokens.length;
    if (share > COVERED) {
      const why = `"${gram}" comes ${found.length} times and covers ${Math.round(share * 100)} % of the thought.`;
      return { passed: false, why };
    }
  }
  const sentences = new Map<string, number>();
  for (const part of text.split(/[.!?\n]+/)) {
    const sentence = words(part.toLowerCase()).join(" ");
    if (sentence === "") continue;
    const count = (sentences.get(sentence) ?? 0) + 1;
    sentences.set(sentence, count);
    if (count === TIMES) return { passed: false, why: `The sentence "${sentence}" comes ${TIMES} times.` };
  }
  return { passed: true, why: "Nothing is repeated." };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Shares over rollouts, for a phase. Right and consistent is to be read beside accuracy: trivial thoughts raise consistency. */
export function verifierMetrics(verified: readonly VerifiedRollout[]): Record<string, number> {
  const share = (holds: (one: VerifiedRollout) => boolean): number =>
    verified.filter(holds).length / Math.max(1, verified.length);
  return {
    "verifier/accuracy": share(({ accuracy }) => accuracy.passed),
    "verifier/consistency": share(({ consistency }) => consistency.passed),
    "verifier/right_and_consistent": share(({ accuracy, consistency }) => accuracy.passed && consistency.passed),
    "verifier/repetition": share(({ repetition }) => !repetition.passed),
    ...secondOpinion(verified),
    "verifier/thinking_tokens":
      verified.reduce((sum, { thinkingTokens }) => sum + thinkingTokens, 0) / Math.max(1, verified.length),
  };
}

/** Consistency by the second judge and how often both say the same; nothing without one. */
function secondOpinion(verified: readonly VerifiedRollout[]): Record<string, number> {
  const asked = verified.filter(({ secondConsistency }) => secondConsistency !== null);
  if (asked.length === 0) return {};
  const share = (holds: (one: VerifiedRollout) => boolean): number => asked.filter(holds).length / asked.length;
  return {
    "verifier/second_consistency": share(({ secondConsistency }) => secondConsistency!),
    "verifier/judges_agree": share(({ consistency, secondConsistency }) => consistency.passed === secondConsistency),
  };
}
