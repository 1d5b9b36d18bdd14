/** What a run's journal says that the page needs, read line by line: journals are large, and most of it are rollouts. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EventOf, JournalEvent } from "../../contract/journal.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { groupAdvantages } from "../../science/advantages.ts";

export interface Item {
  readonly score: number;
  readonly task: string;
  readonly type: string;
}

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

export interface RunRecord {
  readonly run: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly model: { readonly directory: string; readonly parameters: number };
  readonly rows: Readonly<Record<string, number>>;
  readonly device: string;
  readonly totalSteps: number;
  /** Held-out items by `<label>/<view>`, then by sample. */
  readonly heldOut: ReadonlyMap<string, ReadonlyMap<string, Item>>;
  readonly evaluations: readonly EventOf<"evaluation">[];
  readonly checkpoints: readonly EventOf<"checkpoint">[];
  readonly gates: GateCount;
  /** Seconds inside updates, and from the first event to the last. */
  readonly updateSeconds: number;
  readonly steps: number;
  readonly wallSeconds: number;
}

const WANTED = /"type":"(?:run_started|step|group|rollout|evaluation|evaluation_item|checkpoint)"/;

/** Steps that a resume did again count once: the newest attempt's. @throws Error when the run never started. */
export async function readRun(data: string, run: string): Promise<RunRecord> {
  const path = join(data, "runs", run, RUN_FOLDER.journal(0));
  const heldOut = new Map<string, Map<string, Item>>();
  const evaluations = new Map<string, EventOf<"evaluation">>();
  const seconds = new Map<number, number>();
  const groups = new Map<string, EventOf<"group">>();
  const rollouts = new Map<string, EventOf<"rollout">[]>();
  const checkpoints: EventOf<"checkpoint">[] = [];
  let started: EventOf<"run_started"> | null = null;
  let [first, last] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (!WANTED.test(line)) continue;
    const event = JSON.parse(line) as JournalEvent;
    first ||= event.time;
    last = event.time;
    if (event.type === "run_started") started = event;
    else if (event.type === "checkpoint") checkpoints.push(event);
    else if (event.type === "step") {
      const spent = Object.values(event.timings).reduce((sum, value) => sum + value, 0);
      seconds.set(event.step, spent / 1000);
    } else if (event.type === "group" && event.view === "ordered") {
      groups.set(event.group, event);
      rollouts.delete(event.group);
    } else if (event.type === "rollout" && groups.get(event.group)?.gate) {
      rollouts.set(event.group, [...(rollouts.get(event.group) ?? []), event]);
    } else if (event.type === "evaluation") {
      evaluations.set(`${event.label}/${event.split}@${event.step}`, event);
    } else if (event.type === "evaluation_item" && event.split === "heldout") {
      const key = `${event.label}/${event.view}`;
      const items = heldOut.get(key) ?? new Map<string, Item>();
      items.set(event.sampleId, { score: event.score, task: event.task, type: event.problemType ?? "" });
      heldOut.set(key, items);
    }
  }
  if (started === null) throw new Error(`The journal of run ${run} holds no start: delete the run and start again.`);
  const { config, model, totalSteps, engine, name } = started;
  return {
    run,
    name,
    settings: config["settings"] as Record<string, unknown>,
    model,
    rows: config["rows"] as Record<string, number>,
    device: String(engine["device"] ?? "unknown"),
    totalSteps,
    heldOut,
    evaluations: [...evaluations.values()],
    checkpoints,
    gates: countGates(groups, rollouts, Number((config["settings"] as Record<string, unknown>)["rl.advantageEpsilon"])),
    updateSeconds: [...seconds.values()].reduce((sum, value) => sum + value, 0),
    steps: seconds.size,
    wallSeconds: (last - first) / 1000,
  };
}

function countGates(
  groups: ReadonlyMap<string, EventOf<"group">>,
  rollouts: ReadonlyMap<string, readonly EventOf<"rollout">[]>,
  epsilon: number,
): GateCount {
  let [gated, rewarded, moved, moves, rows] = [0, 0, 0, 0, 0];
  for (const { gate, group } of groups.values()) {
    if (gate === null) continue;
    gated++;
    if (!gate.passed || gate.eligible.length === 0) continue;
    rewarded++;
    const own = rollouts.get(group) ?? [];
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
  return { groups: groups.size, gated, rewarded, moved, meanMove: rows === 0 ? 0 : moves / rows };
}

/** As the trainer has them: where nothing differs, nothing is gained. */
function advantages(rewards: readonly number[], epsilon: number): number[] {
  if (rewards.every((reward) => reward === rewards[0])) return rewards.map(() => 0);
  return groupAdvantages(rewards, "group", epsilon);
}
