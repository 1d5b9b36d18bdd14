/** What the results page keeps of a run's record: records hold every rollout, and a page is made of many runs. */
import { groupAdvantages } from "../../science/advantages.ts";
import { readRecord, type Group, type Item, type RunRecord as FullRecord } from "../../workbench/proof/run-record.ts";

/** What the temporal gate did over a run. */
export interface GateCount {
  /** Ordered groups in all, those with a gate, and those that passed with somebody to reward. */
  readonly groups: number;
  readonly gated: number;
  readonly rewarded: number;
  /** Rewarded groups in which the bonus moved some advantage by more than 0.01, and the mean move of a rollout. */
  readonly moved: number;
  readonly meanMove: number;
}

export interface RunRecord extends Omit<
  FullRecord,
  "groups" | "items" | "steps" | "preferencePairs" | "stages" | "recipe"
> {
  /** Held-out items by `<label>/<view>`, then by sample. */
  readonly heldOut: ReadonlyMap<string, ReadonlyMap<string, Pick<Item, "score" | "task" | "type">>>;
  readonly gates: GateCount;
  readonly steps: number;
}

const HELD_OUT = "heldout/";

/** @throws Error when the run never started. */
export async function readRun(data: string, run: string): Promise<RunRecord> {
  const { groups, items, steps, ...kept } = await readRecord(data, run);
  const ordered = [...groups.values()].filter(({ view }) => view === "ordered");
  const measured = [...items].filter(([key]) => key.startsWith(HELD_OUT));
  return {
    ...kept,
    heldOut: new Map(measured.map(([key, own]) => [key.slice(HELD_OUT.length), own])),
    gates: countGates(ordered, Number(kept.settings["rl.advantageEpsilon"])),
    steps: steps.length,
  };
}

function countGates(groups: readonly Group[], epsilon: number): GateCount {
  let [gated, rewarded, moved, moves, rows] = [0, 0, 0, 0, 0];
  for (const { gate, rollouts: own } of groups) {
    if (gate === null) continue;
    gated++;
    if (!gate.passed || gate.eligible.length === 0) continue;
    rewarded++;
    const changes = own.map(() => 0);
    if (gate.apply === "advantage") for (const index of gate.eligible) changes[index] = gate.alpha;
    else {
      const total = (parts: Record<string, number>, without: string): number =>
        Object.entries(parts).reduce((sum, [name, value]) => (name === without ? sum : sum + value), 0);
      const shaped = advantages(
        own.map(({ rewards }) => total(rewards, "")),
        epsilon,
      );
      const plain = advantages(
        own.map(({ rewards }) => total(rewards, "temporal")),
        epsilon,
      );
      shaped.forEach((value, index) => (changes[index] = Math.abs(value - plain[index]!)));
    }
    if (changes.some((change) => change > 0.01)) moved++;
    moves += changes.reduce((sum, change) => sum + change, 0);
    rows += changes.length;
  }
  return { groups: groups.length, gated, rewarded, moved, meanMove: rows === 0 ? 0 : moves / rows };
}

/** As the trainer has them: where nothing differs, nothing is gained. */
function advantages(rewards: readonly number[], epsilon: number): number[] {
  if (rewards.every((reward) => reward === rewards[0])) return rewards.map(() => 0);
  return groupAdvantages(rewards, "group", epsilon);
}
