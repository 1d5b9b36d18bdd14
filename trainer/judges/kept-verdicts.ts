/**
 * Verdicts of a model judge, kept in the run's folder as they come: a resumed run reads them instead of asking again, so
 * that it makes the same pairs also where the judge would now say something else. One JSON object a line.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { ConsistencyJudge, JudgeInput, JudgeVerdict } from "../../science/judge/consistency-judge.ts";

export function keepingVerdicts(judge: ConsistencyJudge, path: string): ConsistencyJudge {
  const known = readVerdicts(path);
  return {
    name: judge.name,
    async judge(input) {
      const key = keyOf(judge.name, input);
      const kept = known.get(key);
      if (kept !== undefined) return kept;
      const started = performance.now();
      const verdict = await judge.judge(input);
      known.set(key, verdict);
      const line = { key, judge: judge.name, judgeMs: Math.round(performance.now() - started), ...verdict };
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
      return verdict;
    },
  };
}

function keyOf(judge: string, { question, problemType, options, thinking, answer }: JudgeInput): string {
  const text = JSON.stringify([judge, question, problemType, options, thinking, answer]);
  return createHash("sha256").update(text).digest("hex");
}

/** A line that a kill tore is left out: it is asked again. */
function readVerdicts(path: string): Map<string, JudgeVerdict> {
  const known = new Map<string, JudgeVerdict>();
  if (!existsSync(path)) return known;
  const text = readFileSync(path, "utf8");
  // What comes next must not join a torn line.
  if (text !== "" && !text.endsWith("\n")) appendFileSync(path, "\n");
  for (const line of text.split("\n")) {
    try {
      const { key, derivedAnswer, consistent, why } = JSON.parse(line) as JudgeVerdict & { key: string };
      if (typeof key === "string" && typeof consistent === "boolean")
        known.set(key, { derivedAnswer, consistent, why });
    } catch {
      continue;
    }
  }
  return known;
}
