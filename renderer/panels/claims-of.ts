/** What a group's answers claim, the most frequent first, and the thought behind the first wrong one. */
import type { RolloutView } from "../../contract/methods.ts";

export interface Claim {
  readonly text: string;
  readonly count: number;
  readonly right: boolean;
  /** One rollout that claims it. */
  readonly example: RolloutView;
}

export function claimsOf(rollouts: readonly RolloutView[]): readonly Claim[] {
  const claims = new Map<string, Claim>();
  for (const rollout of rollouts) {
    const text = rollout.prediction.trim() || "no answer";
    const before = claims.get(text);
    claims.set(text, {
      text,
      count: (before?.count ?? 0) + 1,
      right: before?.right ?? rollout.correct,
      example: before?.example ?? rollout,
    });
  }
  return [...claims.values()].sort((a, b) => b.count - a.count);
}

/** What was said inside the think tags, else everything. */
export function thoughtOf(text: string): string {
  return (/<think>(.*?)<\/think>/s.exec(text)?.[1] ?? text).trim();
}
