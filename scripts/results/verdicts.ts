/** Sentences that follow from the numbers, whatever they are. */
import type { Results } from "./results.ts";
import { directionOf, type Difference } from "../../workbench/proof/statistics.ts";

/** `+6.7` points; a true minus sign. */
export const points = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)}`;

export const withInterval = ({ mean, interval }: Pick<Difference, "mean" | "interval">): string =>
  `${points(mean)} (${points(interval[0])} to ${points(interval[1])})`;

export interface Verdict {
  /** What was asked. */
  readonly question: string;
  readonly answer: string;
  /** Controls pass or fail; the others are findings. */
  readonly kind: "finding" | "passed" | "failed";
}

const COMPARISONS: readonly (readonly [question: string, before: string, after: string])[] = [
  ["Does RL on answers beat SFT?", "sft", "tgrpo"],
  ["Does it beat SFT continued for the same time?", "sft-continued", "tgrpo"],
  ["Is it better than the base model?", "initial", "tgrpo"],
  ["Does the temporal contrast beat plain GRPO?", "grpo", "tgrpo"],
  ["Does the bonus in the advantage beat the bonus in the reward?", "tgrpo", "tgrpo-advantage"],
  ["Do image rows help?", "video-only", "tgrpo"],
];

export function verdicts(results: Results): Verdict[] {
  const title = (id: string): string => results.policy(id)?.title ?? (id === "initial" ? "the base model" : id);
  const found: Verdict[] = COMPARISONS.flatMap(([question, before, after]) => {
    const difference = results.difference(before, after);
    if (difference === null) return [];
    return [{ question, answer: sentence(title(after), title(before), difference), kind: "finding" as const }];
  });
  for (const [before, after] of [
    ["sft", "tgrpo"],
    ["grpo", "tgrpo"],
  ] as const) {
    const gain = results.orderGain(before, after);
    if (gain === null) continue;
    const by = `(ordered − shuffled on questions that need time: ${withInterval(gain)} points)`;
    const said = {
      above: `${title(after)} gains more from the order of frames than ${title(before)}`,
      below: `${title(after)} gains less from the order of frames than ${title(before)}`,
      undecided: `No difference between ${title(after)} and ${title(before)} in what the order of frames gains is established`,
    }[directionOf(gain)];
    const question = `Does ${title(after)} use time more than ${title(before)}?`;
    found.push({ question, answer: `${said} ${by}.`, kind: "finding" });
  }
  return [...found, ...controls(results)];
}

function sentence(after: string, before: string, difference: Difference): string {
  const seeds = difference.bySeed.map(({ mean }) => points(mean)).join(", ");
  const numbers = `${withInterval(difference)} points; by seed ${seeds}`;
  switch (directionOf(difference)) {
    case "above":
      return `Yes: ${after} is above ${before}: ${numbers}.`;
    case "below":
      return `No: ${after} is below ${before}: ${numbers}.`;
    case "undecided":
      return `Not established: ${after} − ${before} is ${numbers}.`;
  }
}

function controls(results: Results): Verdict[] {
  const list: Verdict[] = [];
  const permuted = results.difference("sft", "permuted");
  if (permuted !== null) {
    const exceeds = directionOf(permuted) === "above";
    list.push({
      question: "Control: rewards permuted within the group must not exceed SFT.",
      answer: `${exceeds ? "It does" : "It does not"}: ${withInterval(permuted)} points against SFT.`,
      kind: exceeds ? "failed" : "passed",
    });
  }
  const records = [...(results.policy("images-only")?.runs.values() ?? [])];
  if (records.length > 0) {
    const groups = records.reduce((sum, { gates }) => sum + gates.groups, 0);
    const gated = records.reduce((sum, { gates }) => sum + gates.gated, 0);
    const share = gated === 0 ? "not applicable" : `applied in ${gated}`;
    list.push({
      question: "Control: on images only the temporal gate must read “not applicable”.",
      answer: `The gate is ${share}${gated === 0 ? " in all of" : " of"} ${groups} groups.`,
      kind: gated === 0 && groups > 0 ? "passed" : "failed",
    });
  }
  return list;
}
