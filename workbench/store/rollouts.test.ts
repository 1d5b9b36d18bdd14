import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { openIndexInMemory } from "./databases.ts";
import { Ingest } from "./ingest.ts";
import { listRolloutSteps, readGroups, readTokens } from "./rollouts.ts";
import { lineOf } from "./schema.ts";

function indexed() {
  const data = temporaryData();
  const { folder } = writeSyntheticRun(data, "run", 9, 2);
  const database = openIndexInMemory();
  new Ingest(database, data).run("run");
  return { database, folder };
}

describe("rollouts", () => {
  it("are listed by step with the ordered groups' reward and accuracy", () => {
    const { database } = indexed();
    const steps = listRolloutSteps(database, "run");
    expect(steps.map((entry) => entry.step)).toEqual([4, 5, 6, 7, 8, 9]);
    for (const step of steps) {
      const ordered = readGroups(database, "run", step.step).filter((group) => group.event.view === "ordered");
      const rewards = ordered.flatMap((group) => group.rollouts.map((rollout) => rollout.reward));
      expect(step.groups).toBe(ordered.length);
      expect(step.rewardMean).toBeCloseTo(rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, 10);
    }
  });

  it("come with their groups, both views of a prompt beside each other, their rewards' parts summing up", () => {
    const { database } = indexed();
    const groups = readGroups(database, "run", 5);
    expect(groups.map((group) => group.event.view)).toEqual(["ordered", "shuffled", "ordered", "shuffled"]);
    expect(groups.map((group) => group.rollouts.length)).toEqual([8, 4, 8, 4]);
    for (const rollout of groups.flatMap((group) => group.rollouts)) {
      expect(Object.values(rollout.rewards).reduce((sum, part) => sum + part, 0)).toBeCloseTo(rollout.reward, 10);
    }
  });

  it("have an id that names the journal line they came from", () => {
    const { database, folder } = indexed();
    const rollout = readGroups(database, "run", 5)[0]!.rollouts[3]!;
    const { offset, rank } = lineOf(rollout.id);
    const journal = readFileSync(join(folder, `journal.${rank}.ndjson`)).subarray(offset);
    const line = JSON.parse(journal.subarray(0, journal.indexOf(10)).toString()) as { text: string; index: number };
    expect(line).toMatchObject({ type: "rollout", index: 3, text: rollout.text });
  });

  it("have token arrays of one length, and say where a damaged block lies", () => {
    const { database, folder } = indexed();
    const rollout = readGroups(database, "run", 4)[0]!.rollouts[0]!;
    const { ids, channels } = readTokens(database, folder, "run", rollout.id);
    expect(ids).toHaveLength(rollout.tokenCount);
    expect(Object.keys(channels)).toEqual(["logProb", "referenceLogProb", "entropy", "advantage", "weight"]);
    expect(channels["advantage"]![0]).toBeCloseTo(rollout.advantage!, 5);
    const file = join(folder, "tokens.0.bin");
    const bytes = readFileSync(file);
    bytes[5]! ^= 1;
    writeFileSync(file, bytes);
    expect(() => readTokens(database, folder, "run", rollout.id)).toThrow(/tokens\.0\.bin: the token block at byte 0/);
    writeFileSync(file, bytes.subarray(0, 3));
    expect(() => readTokens(database, folder, "run", rollout.id)).toThrow(/cut off or altered/);
  });
});
