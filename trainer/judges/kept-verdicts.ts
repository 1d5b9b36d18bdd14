/**
 * Verdicts of a model judge, kept in a file as they come: what is resumed reads them instead of asking again, so that it
 * goes on to the same end also where the judge would now say something else. One JSON object a line.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { AnswerJudge } from "../../science/judge/answer-judge.ts";
import type { ConsistencyJudge } from "../../science/judge/consistency-judge.ts";

/** In the folder of the run or the evaluation. */
export const VERDICTS_FILE = "verdicts.ndjson";

const consistencyVerdict = z.object({ derivedAnswer: z.string().nullable(), consistent: z.boolean(), why: z.string() });
const answerVerdict = z.object({ correct: z.boolean(), unsure: z.boolean(), why: z.string() });

/** Whether a thought leads to its answer. */
export const keepingVerdicts = (judge: ConsistencyJudge, path: string): ConsistencyJudge => ({
  name: judge.name,
  judge: kept(judge, path, consistencyVerdict, ({ question, problemType, options, thinking, answer }) => [
    question,
    problemType,
    options,
    thinking,
    answer,
  ]),
});

/** Whether an answer says what the truth says. */
export const keepingAnswerVerdicts = (judge: AnswerJudge, path: string): AnswerJudge => ({
  ...judge,
  judge: kept(judge, path, answerVerdict, ({ question, truth, response }) => [question, truth, response]),
});

interface Judge<Input, Verdict> {
  readonly name: string;
  judge(input: Input): Verdict | Promise<Verdict>;
}

function kept<Input, Verdict extends object>(
  judge: Judge<Input, Verdict>,
  path: string,
  schema: z.ZodType<Verdict>,
  partsOf: (input: Input) => readonly unknown[],
): (input: Input) => Promise<Verdict> {
  const known = readVerdicts(path, schema);
  return async (input) => {
    const text = JSON.stringify([judge.name, ...partsOf(input)]);
    const key = createHash("sha256").update(text).digest("hex");
    const before = known.get(key);
    if (before !== undefined) return before;
    const started = performance.now();
    const verdict = await judge.judge(input);
    known.set(key, verdict);
    const line = { key, judge: judge.name, judgeMs: Math.round(performance.now() - started), ...verdict };
    appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    return verdict;
  };
}

/** A line that a kill tore is left out: it is asked again. */
function readVerdicts<Verdict>(path: string, schema: z.ZodType<Verdict>): Map<string, Verdict> {
  const known = new Map<string, Verdict>();
  if (!existsSync(path)) return known;
  const text = readFileSync(path, "utf8");
  // What comes next must not join a torn line.
  if (text !== "" && !text.endsWith("\n")) appendFileSync(path, "\n");
  for (const line of text.split("\n")) {
    try {
      const value = JSON.parse(line) as { key?: unknown };
      const read = schema.safeParse(value);
      if (typeof value.key === "string" && read.success) known.set(value.key, read.data);
    } catch {
      continue;
    }
  }
  return known;
}
