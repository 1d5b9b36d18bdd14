/** Yes-no questions where one answer is usual: accuracy alone would reward a model that always gives it. */
import { RandomStream } from "../rng.ts";

export type Polarity = "yes" | "no";

export interface PolarityAnswer {
  readonly truth: Polarity;
  /** Null: neither was said, which is wrong for both. */
  readonly given: Polarity | null;
}

export interface BalancedAccuracy {
  readonly n: number;
  readonly accuracy: number;
  /** Mean of the two recalls: 0.5 for any constant answer. NaN where one kind of truth is missing. */
  readonly balanced: number;
  readonly recallYes: number;
  readonly recallNo: number;
  /** Share of the answers that say yes. */
  readonly yesRate: number;
  /** Accuracy of a model that always says yes, or always no: what there is to beat. */
  readonly constantYes: number;
  readonly constantNo: number;
}

export function balancedAccuracy(answers: readonly PolarityAnswer[]): BalancedAccuracy {
  const share = (items: readonly PolarityAnswer[], keep: (answer: PolarityAnswer) => boolean): number =>
    items.filter(keep).length / items.length;
  const recall = (truth: Polarity): number =>
    share(
      answers.filter((answer) => answer.truth === truth),
      ({ given }) => given === truth,
    );
  const [recallYes, recallNo] = [recall("yes"), recall("no")];
  return {
    n: answers.length,
    accuracy: share(answers, ({ truth, given }) => truth === given),
    balanced: (recallYes + recallNo) / 2,
    recallYes,
    recallNo,
    yesRate: share(answers, ({ given }) => given === "yes"),
    constantYes: share(answers, ({ truth }) => truth === "yes"),
    constantNo: share(answers, ({ truth }) => truth === "no"),
  };
}

/**
 * 95 % interval of a mean over items that come in clusters, such as several questions about one video: clusters are
 * drawn, with all of their items.
 */
export function clusterBootstrap(
  items: readonly { readonly cluster: string; readonly score: number }[],
  resamples = 1000,
): [low: number, high: number] {
  const byCluster = new Map<string, { sum: number; count: number }>();
  for (const { cluster, score } of items) {
    const one = byCluster.get(cluster) ?? { sum: 0, count: 0 };
    byCluster.set(cluster, { sum: one.sum + score, count: one.count + 1 });
  }
  const clusters = [...byCluster.values()];
  if (clusters.length === 0) return [Number.NaN, Number.NaN];
  const stream = new RandomStream("cluster bootstrap", clusters.length);
  const means = Array.from({ length: resamples }, () => {
    let [sum, count] = [0, 0];
    for (let draw = 0; draw < clusters.length; draw++) {
      const one = clusters[stream.integer(clusters.length)]!;
      sum += one.sum;
      count += one.count;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  const at = (place: number): number => means[Math.round(place * (means.length - 1))]!;
  return [at(0.025), at(0.975)];
}
