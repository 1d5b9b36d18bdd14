import type { JournalledScore } from "../../../contract/methods.ts";

/** Scores by run, the newest run first: the names of runs begin with their date. */
export function byRun(journalled: readonly JournalledScore[]): readonly (readonly JournalledScore[])[] {
  const runs = new Map<string, JournalledScore[]>();
  for (const score of journalled) runs.set(score.run, [...(runs.get(score.run) ?? []), score]);
  return [...runs].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, scores]) => scores.sort((a, b) => a.step - b.step));
}
