/** One completion as verl, TRL or ms-swift log it: with its prompt, its reward and what makes it up. */
import type { ForeignRollout } from "./foreign-run.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Numbers beside the rewards. */
const NO_REWARD = new Set([
  "step",
  "global_step",
  "score",
  "reward",
  "advantage",
  "acc",
  "index",
  "group",
  "token_count",
]);

/** Null where the row is no rollout. */
export const completionOf = (row: Fields): unknown => row["output"] ?? row["completion"] ?? row["response"] ?? null;

/** Why it is none, as a sentence's part, in place of the rollout. */
export function readRollout(row: Fields, step: number): ForeignRollout | string {
  const completion = textOf(completionOf(row));
  const prompt = textOf(row["input"] ?? row["prompt"] ?? row["messages"] ?? null);
  if (completion === null) return "it has no text under output or completion";
  if (prompt === null) return "it has no text under input or prompt";
  const rewards = rewardsOf(row);
  const given = numberOf(row["score"]) ?? numberOf(row["reward"]);
  const sum = Object.values(rewards).reduce((total, one) => total + one, 0);
  const reward = given ?? sum;
  if (given === null && Object.keys(rewards).length === 0) return "it has no reward: no number under score or reward";
  // Parts that do not add up to the reward were weighted in a way that the row does not say.
  const addsUp = Object.keys(rewards).length > 0 && Math.abs(sum - reward) <= 1e-6 * Math.max(1, Math.abs(reward));
  const right = row["acc"] ?? row["correct"];
  return {
    step,
    view: row["view"] === "shuffled" ? "shuffled" : "ordered",
    prompt,
    completion,
    answer: textOf(row["gts"] ?? row["ground_truth"] ?? row["solution"] ?? null) ?? "",
    rewards: addsUp ? rewards : { reward },
    reward,
    correct: typeof right === "boolean" ? right : (numberOf(right) ?? accuracyIn(rewards) ?? reward) > 0,
    advantage: numberOf(row["advantage"]),
  };
}

/** `rewards/…` where there are such columns, else every other number: TRL has a column a reward function. */
function rewardsOf(row: Fields): Record<string, number> {
  const numbers = Object.entries(row).flatMap(([name, value]): [string, number][] => {
    const number = numberOf(value);
    return number === null || NO_REWARD.has(name) ? [] : [[name, number]];
  });
  const named = numbers.filter(([name]) => name.startsWith("rewards/"));
  return Object.fromEntries(named.length > 0 ? named.map(([name, value]) => [name.slice(8), value]) : numbers);
}

/** The part that says whether the answer is right, by its name: a reward for the format alone makes none right. */
function accuracyIn(rewards: Readonly<Record<string, number>>): number | null {
  const name = Object.keys(rewards).find((one) => /acc|correct/i.test(one));
  return name === undefined ? null : rewards[name]!;
}

const numberOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : typeof value === "bigint" ? Number(value) : null;

/** Text as it is, or the turns of a conversation one after the other. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (!Array.isArray(value)) return null;
  const turns = value.map((turn: unknown) => {
    const { role, content } = (typeof turn === "object" && turn !== null ? turn : {}) as Fields;
    return typeof content !== "string" ? null : value.length === 1 ? content : `${String(role)}: ${content}`;
  });
  return turns.length > 0 && turns.every((turn) => turn !== null) ? turns.join("\n") : null;
}
