/** From items to numbers: every metric with its interval, breakdowns, and the means of means that benchmarks publish. */
import type { EvaluatedItem, Measured, ViewSummary } from "../../contract/evaluation.ts";
import { bootstrapInterval } from "../metrics/bootstrap.ts";
import { bootstrapStatistic } from "../metrics/bootstrap-statistic.ts";
import { isConsistent } from "../metrics/consistency.ts";
import { rootMeanSquare } from "../metrics/regression.ts";
import type { Derived } from "./benchmark.ts";

/** The mean that every table here uses, added up in the items' order. 0 for none. */
export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const round = (value: number): number => (Number.isFinite(value) ? value : 0);

/** A mean with its interval. */
export function measured(values: readonly number[]): Measured {
  const [low, high] = bootstrapInterval(values);
  return { n: values.length, value: mean(values), interval: [round(low), round(high)] };
}

/** Summary of the items of one view, errors among them. */
export function summariseView(items: readonly EvaluatedItem[], derived: readonly Derived[]): ViewSummary {
  const answered = items.filter((item) => item.error === null);
  const names = [...new Set(answered.flatMap((item) => Object.keys(item.scores)))];
  const metrics = Object.fromEntries(names.map((name) => [name, metricOf(answered, name)]));
  const balanced = balancedMetric(answered);
  if (balanced !== null) metrics["balanced accuracy"] = balanced;
  for (const one of derived) {
    const value = derivedMetric(answered, one);
    if (value !== null) metrics[one.name] = value;
  }
  const keys = [...new Set(answered.flatMap((item) => Object.keys(item.groups)))].sort();
  const consistent = answered.flatMap((item) => isConsistent(item.text, item.problemType, item.options) ?? []);
  return {
    n: answered.length,
    errors: items.length - answered.length,
    metrics,
    breakdowns: Object.fromEntries(keys.map((key) => [key, breakdown(answered, key)])),
    formatRate: mean(answered.map((item) => item.format)),
    meanTokens: mean(answered.map((item) => item.tokens)),
    truncatedRate: mean(answered.map((item) => (item.stopReason === "length" ? 1 : 0))),
    consistency:
      consistent.length === 0
        ? null
        : { n: consistent.length, rate: mean(consistent.map((agrees) => (agrees ? 1 : 0))) },
  };
}

function metricOf(items: readonly EvaluatedItem[], name: string): Measured {
  const values = items.flatMap((item) => item.scores[name] ?? []);
  if (name !== "rmse") return measured(values);
  const [low, high] = bootstrapStatistic(values.length, (places) => rootMeanSquare([...places].map((i) => values[i]!)));
  return { n: values.length, value: round(rootMeanSquare(values)), interval: [round(low), round(high)] };
}

const RECALLS = ["recall on yes", "recall on no"] as const;

/** Mean of the two recalls of yes-no questions; null where one kind of truth is missing. */
function balancedMetric(items: readonly EvaluatedItem[]): Measured | null {
  const used = items.flatMap(({ scores }) => {
    const side = RECALLS.findIndex((name) => scores[name] !== undefined);
    return side === -1 ? [] : [{ side, score: scores[RECALLS[side]!]! }];
  });
  if (RECALLS.some((_, side) => !used.some((one) => one.side === side))) return null;
  const statistic = (places: ArrayLike<number>): number => {
    const [sums, counts] = [
      [0, 0],
      [0, 0],
    ];
    for (let i = 0; i < places.length; i++) {
      const { side, score } = used[places[i]!]!;
      sums[side]! += score;
      counts[side]! += 1;
    }
    return (sums[0]! / counts[0]! + sums[1]! / counts[1]!) / 2;
  };
  const [low, high] = bootstrapStatistic(used.length, statistic);
  return { n: used.length, value: statistic(used.map((_, place) => place)), interval: [round(low), round(high)] };
}

/** Main score by the value of a group, values in alphabetical order. */
function breakdown(items: readonly EvaluatedItem[], key: string): Record<string, Measured> {
  const values = [...new Set(items.flatMap((item) => item.groups[key] ?? []))].sort();
  return Object.fromEntries(
    values.map((value) => [
      value,
      measured(items.flatMap((item) => (item.groups[key] === value ? (item.scores["score"] ?? []) : []))),
    ]),
  );
}

/** A mean over parts of means over their groups; null where no item belongs to a part. */
function derivedMetric(items: readonly EvaluatedItem[], { by, parts, of }: Derived): Measured | null {
  const used = items.filter((item) => parts.some((part) => part.includes(item.groups[by] ?? "")));
  if (used.length === 0) return null;
  const values = used.map((item) => item.scores[of] ?? 0);
  const groupNames = parts.flat();
  const groupOf = Int32Array.from(used, (item) => groupNames.indexOf(item.groups[by]!));
  const partGroups = parts.map((part) => part.map((name) => groupNames.indexOf(name)));
  const statistic = (places: ArrayLike<number>): number => {
    const sums = new Float64Array(groupNames.length);
    const counts = new Float64Array(groupNames.length);
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      sums[groupOf[place]!]! += values[place]!;
      counts[groupOf[place]!]! += 1;
    }
    const means = partGroups.flatMap((groups) => {
      const present = groups.filter((group) => counts[group]! > 0);
      return present.length === 0 ? [] : [mean(present.map((group) => sums[group]! / counts[group]!))];
    });
    return means.length === 0 ? Number.NaN : mean(means);
  };
  const [low, high] = bootstrapStatistic(used.length, statistic);
  return { n: used.length, value: statistic(used.map((_, place) => place)), interval: [round(low), round(high)] };
}
