/**
 * Two models on the same items: the difference with its interval, who was right where the other was wrong, and what that
 * amounts to in plain words. Only items that both answered count.
 */
import type { EvaluatedItem, Measured } from "../../contract/evaluation.ts";
import { pairedBootstrap } from "../metrics/bootstrap.ts";
import { RandomStream } from "../rng.ts";
import { measured } from "./summary.ts";

export interface Flip {
  readonly sampleId: string;
  readonly type: string;
  readonly left: number;
  readonly right: number;
}

export interface PairedComparison {
  readonly metric: string;
  /** Items that both answered. */
  readonly n: number;
  readonly left: Measured;
  readonly right: Measured;
  /** right - left. */
  readonly difference: number;
  readonly interval: readonly [number, number];
  /** Items on which the right one scored more, and less. */
  readonly gained: readonly Flip[];
  readonly lost: readonly Flip[];
  /** Chance of a difference at least as large, were both equally good. */
  readonly p: number;
  readonly test: "exact McNemar test" | "sign-flip permutation test";
  /** One or two sentences for people. */
  readonly statement: string;
}

type Scored = Pick<EvaluatedItem, "sampleId" | "scores" | "groups" | "error">;

/** @throws RangeError when they have no item in common. */
export function comparePaired(
  left: readonly Scored[],
  right: readonly Scored[],
  names: { readonly left: string; readonly right: string },
  metric = "score",
): PairedComparison {
  const leftOf = new Map(left.map((item) => [item.sampleId, item]));
  const pairs: Flip[] = right.flatMap((item) => {
    const other = leftOf.get(item.sampleId);
    const [a, b] = [other?.scores[metric], item.scores[metric]];
    if (other === undefined || a === undefined || b === undefined || other.error !== null || item.error !== null)
      return [];
    return [{ sampleId: item.sampleId, type: item.groups["type"] ?? "", left: a, right: b }];
  });
  if (pairs.length === 0)
    throw new RangeError("The two share no answered question: compare evaluations of one benchmark.");
  const before = pairs.map((pair) => pair.left);
  const after = pairs.map((pair) => pair.right);
  const { difference, interval } = pairedBootstrap(before, after);
  const gained = pairs.filter((pair) => pair.right > pair.left);
  const lost = pairs.filter((pair) => pair.right < pair.left);
  const isBinary = pairs.every((pair) => isFlag(pair.left) && isFlag(pair.right));
  const p = isBinary ? mcNemar(gained.length, lost.length) : signFlips(after.map((value, i) => value - before[i]!));
  const numbers = { n: pairs.length, difference, interval, gained: gained.length, lost: lost.length, p };
  return {
    metric,
    n: pairs.length,
    left: measured(before),
    right: measured(after),
    difference,
    interval,
    gained,
    lost,
    p,
    test: isBinary ? "exact McNemar test" : "sign-flip permutation test",
    statement: statementOf(numbers, names),
  };
}

const isFlag = (value: number): boolean => value === 0 || value === 1;

/** Two-sided exact binomial test over the items on which exactly one was right. */
export function mcNemar(gained: number, lost: number): number {
  const n = gained + lost;
  if (n === 0) return 1;
  let tail = 0;
  let logChoose = 0;
  for (let k = 0; k <= Math.min(gained, lost); k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k);
    tail += Math.exp(logChoose - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

/** Share of 10,000 random sign changes whose mean is at least as far from 0 (the given one counted in). */
export function signFlips(differences: readonly number[], draws = 10_000): number {
  const moved = differences.filter((value) => value !== 0);
  const observed = Math.abs(moved.reduce((sum, value) => sum + value, 0));
  if (observed === 0) return 1;
  const stream = new RandomStream("sign flips", moved.length);
  let asFar = 1;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (const value of moved) sum += stream.word() >>> 31 === 0 ? value : -value;
    if (Math.abs(sum) >= observed - 1e-12) asFar++;
  }
  return asFar / (draws + 1);
}

interface Numbers {
  readonly n: number;
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly gained: number;
  readonly lost: number;
  readonly p: number;
}

function statementOf(numbers: Numbers, names: { readonly left: string; readonly right: string }): string {
  const { n, difference, interval, gained, lost, p } = numbers;
  const points = (value: number): string => `${(100 * value).toFixed(1)} points`;
  const on = `on the same ${n} ${n === 1 ? "question" : "questions"}`;
  const flips = `${gained} ${gained === 1 ? "question" : "questions"} gained, ${lost} lost`;
  if (gained + lost === 0) return `${names.right} and ${names.left} score alike on every one of ${on.slice(3)}.`;
  const [low, high] = interval;
  const range = `95 % interval ${points(low)} to ${points(high)}`;
  const side = difference >= 0 ? "better" : "worse";
  if (p < 0.05) {
    return (
      `${names.right} is ${points(Math.abs(difference))} ${side} than ${names.left} ${on} (${range}; ${flips}). ` +
      `Were both equally good, a difference this large would come up in ${chance(p)} comparisons: it is unlikely to be chance.`
    );
  }
  return (
    `No difference can be told between ${names.right} and ${names.left} ${on}: ${points(Math.abs(difference))} ${side} ` +
    `(${range}; ${flips}). Were both equally good, one this large would come up in ${chance(p)} comparisons.`
  );
}

function chance(p: number): string {
  if (p < 0.001) return "fewer than one of a thousand";
  if (p > 0.5) return "more than half of all";
  return `about one of ${Math.max(2, Math.round(1 / p))}`;
}
