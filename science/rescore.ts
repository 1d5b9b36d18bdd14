/**
 * Scores stored outputs again and says, for every row whose stored reward we do not reproduce, why: which other rule gives
 * the stored number. Rules of Video-R1's evaluation: choices and numbers as in training, regression by mean relative
 * accuracy, OCR and free-form not evaluated (0); where there are no answer tags, the whole output is the prediction.
 */
import { extractAnswer, extractForEvaluation, parseFloatStrictly, strip } from "./answers.ts";
import { meanRelativeAccuracy, meanRelativeAccuracyVsiBench } from "./metrics/mra.ts";
import { rouge, wordErrorRate } from "./metrics/text.ts";
import type { ResultFile, ResultRow } from "./result-files.ts";
import { answerScore } from "./rewards/accuracy.ts";

/** `evaluation`: result files. `training`: annotation files, whose rewards are those of RL. */
export type ScoringRules = "evaluation" | "training";

export interface Scored {
  readonly prediction: string;
  readonly reward: number;
}

/** Reason classes of a difference, with what they mean. */
export const DIFFERENCE_REASONS = {
  "no output": "the file keeps neither the output nor a prediction, so there is nothing to score",
  "no reward": "the file keeps no reward for the row",
  "failed batch": 'the output is the word "error" of a batch that failed; the stored reward is not of an answer',
  "prediction without tag": "the output has no answer tags: one side takes the whole output, the other nothing",
  "empty answer tags": "the answer tags are empty and the stored prediction is the whole output",
  "last answer": "there are several answers: the stored reward is that of the last, ours of the first",
  "extraction differs": "the stored prediction is another text than ours, and by our rules it earns the stored reward",
  "training rules": "the stored reward follows the rules of training, not those of evaluation",
  "evaluation rules": "the stored reward follows the rules of evaluation, not those of training",
  "choice normalised":
    "the stored score takes the letter out of the prediction (“(B)”, “b”, “B. left”); ours wants it alone",
  "number parsing":
    "the stored score reads a number that ours refuses: a unit, a percent sign, a comma, a decimal point",
  "MRA variant": "the stored mean relative accuracy is VSI-Bench's own (equality counts, double precision)",
  "ROUGE variant": "the stored score is another ROUGE: without stemming, or one of its parts",
  "word error variant": "the stored score ignores case or punctuation",
  "another judge": "the stored verdict on a free answer is another judge's; ours is a rule",
  rounding: "the two agree to two decimals",
  "correct flag": "rewards agree, but the stored `correct` (or `select`) does not follow from its reward",
  unexplained: "no rule that we know gives the stored reward",
} as const;
export type DifferenceReason = keyof typeof DIFFERENCE_REASONS;

export interface Difference {
  readonly row: number;
  readonly id: string;
  readonly problemType: string;
  readonly reason: DifferenceReason;
  readonly storedReward: number | null;
  readonly reward: number | null;
  readonly storedPrediction: string | null;
  readonly prediction: string | null;
  readonly answer: string;
}

export interface Rescored {
  readonly rules: ScoringRules;
  readonly rows: number;
  /** Rows whose stored reward is ours. */
  readonly reproduced: number;
  readonly differences: readonly Difference[];
  /** Means over all scored rows, ours and the file's own. Regression counts in the second only, as upstream has it. */
  readonly means: {
    readonly accuracy: number | null;
    readonly relativeAccuracy: number | null;
    readonly stated: ResultFile["stated"];
  };
}

/** Stored numbers went through float32 and decimal text. */
const TOLERANCE = 1e-6;
const isSame = (left: number, right: number): boolean => Math.abs(left - right) <= TOLERANCE;

/** Without `rules`, a file with `select` in its rows is an annotation file. */
export function rescore(file: ResultFile, rules?: ScoringRules): Rescored {
  const chosen = rules ?? (file.rows.some(({ select }) => select !== null) ? "training" : "evaluation");
  const scored = file.rows.map((row) => ({ row, own: scoreRow(row, chosen) }));
  const differences = scored.flatMap(({ row, own }) => {
    const reason = differenceOf(row, own, chosen);
    return reason === null ? [] : [describe(row, own, reason)];
  });
  const of = (wanted: boolean): number | null => {
    const rewards = scored.flatMap(({ row, own }) =>
      own !== null && (row.problemType === "regression") === wanted ? [own.reward] : [],
    );
    return rewards.length === 0 ? null : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  };
  const unlike = differences.filter(({ reason }) => reason !== "correct flag").length;
  return {
    rules: chosen,
    rows: file.rows.length,
    reproduced: file.rows.length - unlike,
    differences,
    means: { accuracy: of(false), relativeAccuracy: of(true), stated: file.stated },
  };
}

/** Null where the row keeps nothing to score. A stored prediction stands in for an output that was not kept. */
export function scoreRow(row: ResultRow, rules: ScoringRules): Scored | null {
  if (row.output !== null) return scoreOutput(row, row.output, rules);
  if (row.prediction === null) return null;
  return { prediction: row.prediction, reward: rewardOf(row, row.prediction, rules) };
}

function scoreOutput(row: ResultRow, output: string, rules: ScoringRules): Scored {
  const prediction = rules === "training" ? extractAnswer(output) : extractForEvaluation(output).prediction;
  return { prediction, reward: rewardOf(row, prediction, rules) };
}

function rewardOf({ problemType, answer }: ResultRow, prediction: string, rules: ScoringRules): number {
  if (rules === "training") return answerScore(problemType, prediction, answer);
  switch (problemType) {
    case "multiple choice":
    case "numerical":
      return answerScore(problemType, prediction, answer);
    case "regression":
      return relativeAccuracy(prediction, answer, meanRelativeAccuracy);
    default:
      return 0;
  }
}

function relativeAccuracy(
  prediction: string,
  truth: string,
  measure: (given: number, wanted: number) => number,
): number {
  const [given, wanted] = [
    parseFloatStrictly(prediction.replaceAll(",", "")),
    parseFloatStrictly(truth.replaceAll(",", "")),
  ];
  return given === null || wanted === null ? 0 : measure(given, wanted);
}

/** Null where the stored reward is ours. The first rule that gives the stored number is named. */
function differenceOf(row: ResultRow, own: Scored | null, rules: ScoringRules): DifferenceReason | null {
  if (row.reward === null) return "no reward";
  if (own === null) return "no output";
  const stored = row.reward;
  if (isSame(stored, own.reward)) {
    const flag = row.correct ?? row.select;
    const follows = row.correct !== null ? stored === 1 : stored > 0.6;
    return flag === null || flag === follows ? null : "correct flag";
  }
  const said = strip(row.output ?? row.prediction ?? "");
  if (said === "error" || extractAnswer(said) === "error") return "failed batch";
  const gives = (reward: number): boolean => isSame(stored, reward);
  for (const [reason, rewards] of otherRules(row, own, rules)) if (rewards().some(gives)) return reason;
  return Math.abs(stored - own.reward) < 0.005 ? "rounding" : "unexplained";
}

type OtherRule = readonly [reason: DifferenceReason, rewards: () => number[]];

function otherRules(row: ResultRow, { prediction }: Scored, rules: ScoringRules): OtherRule[] {
  const { problemType, answer } = row;
  const output = row.output ?? "";
  const hasTags = output.includes("<answer>") && output.includes("</answer>");
  const all = [...output.matchAll(/<answer>([^<]*)<\/answer>/g)].map((match) => strip(match[1]!));
  const by = (text: string): number => rewardOf(row, text, rules);
  const both = (text: string): number[] => [rewardOf(row, text, "training"), rewardOf(row, text, "evaluation")];
  const rougeOf = (stem: boolean): number[] => {
    const { rouge1, rouge2, rougeL, meanF } = rouge(answer, prediction, { stem });
    return [meanF, rouge1.f, rouge2.f, rougeL.f, (rouge1.f + rougeL.f) / 2];
  };
  const list: (OtherRule | false)[] = [
    row.output !== null && !hasTags && ["prediction without tag", () => [by(""), by(strip(output))]],
    hasTags && prediction === "" && ["empty answer tags", () => [by(strip(output))]],
    all.length > 1 && ["last answer", () => [by(all.at(-1)!)]],
    row.prediction !== null && row.prediction !== prediction && ["extraction differs", () => [by(row.prediction!)]],
    ["training rules", () => (rules === "evaluation" ? [rewardOf(row, prediction, "training")] : [])],
    ["evaluation rules", () => (rules === "training" ? [rewardOf(row, prediction, "evaluation")] : [])],
    problemType === "multiple choice" && [
      "choice normalised",
      () => [letterIn(prediction) === letterIn(answer) ? 1 : 0],
    ],
    problemType === "regression" && [
      "MRA variant",
      () => [relativeAccuracy(prediction, answer, meanRelativeAccuracyVsiBench)],
    ],
    (problemType === "numerical" || problemType === "regression") && [
      "number parsing",
      () => numberVariants(prediction, answer).flatMap(([given, wanted]) => both2(row, given, wanted)),
    ],
    problemType === "free-form" && ["ROUGE variant", () => [...rougeOf(true), ...rougeOf(false)]],
    problemType === "OCR" && ["word error variant", () => wordErrorVariants(prediction, answer)],
    row.prediction !== null && row.prediction !== prediction && ["extraction differs", () => both(row.prediction!)],
  ];
  return list.filter((rule): rule is OtherRule => rule !== false);
}

const both2 = (row: ResultRow, prediction: string, answer: string): number[] =>
  (["training", "evaluation"] as const).map((rules) => rewardOf({ ...row, answer }, prediction, rules));

/** The first lone letter, in capitals: “(b) left” and “B.” are B. */
const letterIn = (text: string): string =>
  /(?:^|[^A-Za-z])([A-Za-z])(?![A-Za-z])/.exec(text)?.[1]?.toUpperCase() ?? text;

/** Both sides as more generous readers take them: without units, with either or neither side written with decimals. */
function numberVariants(prediction: string, truth: string): [string, string][] {
  const bare = (text: string): string => /[-+]?\d[\d,]*(?:\.\d+)?/.exec(text)?.[0]?.replaceAll(",", "") ?? text;
  const decimal = (text: string): string => (Number.isFinite(Number(text)) ? Number(text).toFixed(4) : text);
  const [given, wanted] = [bare(prediction), bare(truth)];
  return [
    [given, wanted],
    [decimal(given), decimal(wanted)],
  ];
}

function wordErrorVariants(prediction: string, truth: string): number[] {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}\s]/gu, "");
  const rate = (reference: string, hypothesis: string): number =>
    Math.min(1, Math.max(0, 1 - wordErrorRate(reference, hypothesis)));
  return [rate(truth.toLowerCase(), prediction.toLowerCase()), rate(plain(truth), plain(prediction))];
}

function describe(row: ResultRow, own: Scored | null, reason: DifferenceReason): Difference {
  return {
    row: row.row,
    id: row.id,
    problemType: row.problemType,
    reason,
    storedReward: row.reward,
    reward: own?.reward ?? null,
    storedPrediction: row.prediction,
    prediction: own?.prediction ?? null,
    answer: row.answer,
  };
}
