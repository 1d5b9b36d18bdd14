/**
 * Generated truths with answers that say the same and answers that do not: what the graded reward is fitted and
 * calibrated on. Half of the wrong ones share most of their words with the truth, where graders of free text fail.
 */
import { RandomStream } from "../rng.ts";

export interface GradingPair {
  readonly truth: string;
  readonly answer: string;
  readonly same: boolean;
  /** A wrong answer that shares at least half of its words with the truth. */
  readonly overlapping: boolean;
}

const THINGS = ["ball", "ring", "cup", "bird", "car", "leaf", "glass", "feather"];
const COLORS = ["red", "blue", "green", "yellow", "white"];
const MOTIONS = [
  ["goes up", "goes down", "moves upwards"],
  ["falls down", "goes up", "falls downwards"],
  ["vanishes", "stays there", "disappears"],
  ["goes through the wall", "stops at the wall", "passes through the wall"],
  ["goes left", "goes right", "moves left"],
] as const;

/** Pair number `index` under a seed. */
export function gradingPair(seed: number, index: number): GradingPair {
  const random = new RandomStream("grading pair", seed, index);
  const pick = <Item>(items: readonly Item[]): Item => items[random.integer(items.length)]!;
  const [thing, color] = [pick(THINGS), pick(COLORS)];
  const [motion, opposite, paraphrase] = pick(MOTIONS);
  const otherColor = pick(COLORS.filter((one) => one !== color));
  const [count, otherCount] = [1 + random.integer(4), 6 + random.integer(3)];
  const name = `${color} ${thing}`;
  const pair = (truth: string, answer: string, same: boolean, overlapping = false): GradingPair => ({
    truth,
    answer,
    same,
    overlapping,
  });
  switch (random.integer(12)) {
    case 0:
      return pair(`Yes, the ${name} ${motion}.`, `yes the ${thing} that is ${color} ${paraphrase}`, true);
    case 1:
      return pair(`Yes, the ${name} ${motion}.`, `No, the ${name} ${opposite}.`, false, true);
    case 2:
      return pair(`No, the ${name} ${opposite}.`, `no it ${opposite}`, true);
    case 3:
      return pair(`No, the ${name} ${opposite}.`, `Yes, the ${name} ${opposite}.`, false, true);
    case 4:
      return pair(`The ${name} ${motion}.`, `a ${name} ${paraphrase}`, true);
    case 5:
      return pair(`The ${name} ${motion}.`, `The ${otherColor} ${thing} ${motion}.`, false, true);
    case 6:
      return pair(`${count} ${thing}s`, `there are ${["", "one", "two", "three", "four"][count]} ${thing}s`, true);
    case 7:
      return pair(`There are ${count} ${thing}s.`, `There are ${otherCount} ${thing}s.`, false, true);
    case 8:
      return random.integer(2) === 0 ? pair("yes", "yes it does", true) : pair("no", "No.", true);
    case 9:
      return random.integer(2) === 0 ? pair("yes", "no", false) : pair("no", "yes it does", false);
    case 10:
      return pair(color, `it is ${color}`, true);
    default:
      return pair(color, otherColor, false);
  }
}

export const gradingPairs = (seed: number, count: number): GradingPair[] =>
  Array.from({ length: count }, (_, index) => gradingPair(seed, index));
