/**
 * Rewards as named parts. A recipe lists them; the reward of a rollout is their sum in that order, and every part stays
 * visible by its name in metrics (`rewards/<name>/mean`), in the journal's rollouts and in the window.
 */
import type { Gate } from "../../contract/journal.ts";
import type { Sample } from "../records.ts";

/** One completion as rewards see it. */
export interface RewardedRollout {
  /** Everything that the model said. */
  readonly text: string;
  /** What stands in the answer tags, "" without any. */
  readonly prediction: string;
  /** 0 .. 1, what the rules for the row's problem type say of the prediction. */
  readonly accuracy: number;
  /** Tokens of the completion, end mark included. */
  readonly tokenCount: number;
  /** How likely the reference finds this answer after this thought, 0 .. 1; null without an answer, absent if no part asks. */
  readonly answerLikelihood?: number | null;
  /** How right the reference's own answer is after this thought, 0 .. 1; null without a thought, absent if no part asks. */
  readonly accuracyAgain?: number | null;
}

/** A part that looks at one rollout. */
export interface Reward {
  /** Letters, digits, `_` and `-`; no other part of the recipe has it. */
  readonly name: string;
  /** Any finite number. Must be pure: the same rollout earns the same. */
  score(rollout: RewardedRollout, sample: Sample): number;
}

/** One prompt's rollouts on ordered frames, and those on shuffled frames (null for pictures and without a contrast). */
export interface RewardGroup {
  readonly sample: Sample;
  readonly rollouts: readonly RewardedRollout[];
  readonly shuffled: readonly RewardedRollout[] | null;
}

export interface GroupScore {
  /** What each ordered rollout earns; null: this part is no part of the reward here. */
  readonly rewards: readonly number[] | null;
  /** Added to each advantage after normalisation. */
  readonly advantages?: readonly number[];
  readonly gate?: Gate;
}

/** A part that compares the rollouts of a group, such as the temporal contrast. */
export interface GroupReward {
  readonly name: string;
  /** Asks for {@link RewardedRollout.answerLikelihood}, which costs a pass of the reference before the rewards. */
  readonly needsLikelihood?: boolean;
  /** Asks for {@link RewardedRollout.accuracyAgain}: the reference answers again after each thought. */
  readonly needsAnswerAgain?: boolean;
  /** Null where the part does not apply to the group. */
  scoreGroup(group: RewardGroup): GroupScore | null;
}

export type RewardPart = Reward | GroupReward;

/** @throws RangeError for a name that metrics cannot carry, or that two parts share. */
export function checkRewardNames(parts: readonly RewardPart[]): void {
  const seen = new Set<string>();
  for (const { name } of parts) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) {
      throw new RangeError(
        `The reward name ${JSON.stringify(name)} cannot be used: take a letter, then at most 39 letters, digits, _ or -.`,
      );
    }
    if (seen.has(name)) throw new RangeError(`Two rewards are called "${name}": rename one.`);
    seen.add(name);
  }
}

/**
 * What one rollout earns by the parts that look at one rollout.
 * @throws Error that names the part and the row when a score is no finite number.
 */
export function scoreRollout(
  parts: readonly RewardPart[],
  rollout: RewardedRollout,
  sample: Sample,
): Record<string, number> {
  const single = parts.filter((part): part is Reward => "score" in part);
  return Object.fromEntries(
    single.map((part) => [part.name, finite(part.name, part.score(rollout, sample), sample)] as const),
  );
}

/** The score when it is a finite number. @throws Error that names the part and the row otherwise. */
export function finite(name: string, score: unknown, sample: Sample): number {
  if (typeof score === "number" && Number.isFinite(score)) return score;
  const said = typeof score === "number" ? String(score) : (JSON.stringify(score) ?? "nothing");
  throw new Error(`The reward "${name}" gave ${said} for row ${sample.id}: it must return a finite number.`);
}
