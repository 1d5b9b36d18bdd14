/** A measurement on VideoHallu's questions by category: the judge's verdicts, balanced accuracy, and how sure it is. */
import { readPolarity } from "../extraction/polarity.ts";
import { RULE_ANSWER_JUDGE, startsWithPolarity, type AnswerVerdict } from "../judge/answer-judge.ts";
import { balancedAccuracy, clusterBootstrap, type BalancedAccuracy, type PolarityAnswer } from "../metrics/balanced.ts";
import { copyRate } from "../metrics/copy-rate.ts";
import { wilsonInterval } from "../metrics/wilson.ts";
import { CATEGORIES, categoryOf, SUPER_CATEGORIES, type Category, type SuperCategory } from "./taxonomy.ts";

export interface AnsweredQuestion {
  /** By the published file's second column. */
  readonly category: string;
  /** Which video: several questions about one are one cluster. */
  readonly video: string;
  readonly question: string;
  readonly truth: string;
  readonly response: string;
}

export interface Judged extends AnsweredQuestion {
  readonly verdict: AnswerVerdict;
}

/** By the rule; a model's verdicts come the same way from elsewhere. */
export const judgedByRule = (item: AnsweredQuestion): Judged => ({ ...item, verdict: RULE_ANSWER_JUDGE.judge(item) });

export interface Share {
  readonly n: number;
  readonly accuracy: number;
  /** Wilson's, 95 %. */
  readonly interval: readonly [number, number];
}

export interface HalluSummary {
  readonly overall: Share;
  /** Over videos drawn with all of their questions, 95 %. */
  readonly clusterInterval: readonly [number, number];
  /** In the taxonomy's order; those without questions are left out. */
  readonly categories: readonly (Share & { readonly category: Category })[];
  readonly superCategories: readonly (Share & { readonly name: SuperCategory })[];
  /** Of the questions about violations (all but alignment) whose truth begins with yes or no; null for none. */
  readonly violations: BalancedAccuracy | null;
  readonly unsure: number;
  readonly copyRate: number;
}

/** @throws RangeError where nothing was judged. */
export function summariseHallu(items: readonly Judged[]): HalluSummary {
  if (items.length === 0) throw new RangeError("No question was judged: there is nothing to summarise.");
  const by = (keep: (item: Judged) => boolean): Share => shareOf(items.filter(keep));
  const polar = items.filter(
    ({ category, truth }) => categoryOf(category)?.superCategory !== "alignment" && startsWithPolarity(truth),
  );
  return {
    overall: shareOf(items),
    clusterInterval: clusterBootstrap(
      items.map(({ video, verdict }) => ({ cluster: video, score: Number(verdict.correct) })),
    ),
    categories: CATEGORIES.map((category) => ({
      category,
      ...by((item) => categoryOf(item.category)?.code === category.code),
    })).filter(({ n }) => n > 0),
    superCategories: SUPER_CATEGORIES.map((name) => ({
      name,
      ...by((item) => categoryOf(item.category)?.superCategory === name),
    })).filter(({ n }) => n > 0),
    violations: polar.length === 0 ? null : balancedAccuracy(polar.map(polarityOf)),
    unsure: items.filter(({ verdict }) => verdict.unsure).length / items.length,
    copyRate: items.reduce((sum, item) => sum + copyRate(item.question, item.response), 0) / items.length,
  };
}

const polarityOf = ({ truth, response }: AnsweredQuestion): PolarityAnswer => ({
  truth: readPolarity(truth).value!,
  given: readPolarity(response).value,
});

function shareOf(items: readonly Judged[]): Share {
  const hits = items.filter(({ verdict }) => verdict.correct).length;
  return {
    n: items.length,
    accuracy: items.length === 0 ? Number.NaN : hits / items.length,
    interval: wilsonInterval(hits, items.length),
  };
}
