import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accuracyBySample, rolloutsOfStage, TokenReader } from "./earlier-rollouts.ts";
import { Journal } from "../run/journal.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secondlook-earlier-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const group = (step: number, stage: string, sampleId: string, trained = true) => ({
  type: "group" as const,
  ...{ step, stage, sampleId, trained, group: `${step}-0-${trained ? "ordered" : "shuffled"}`, pair: `${step}-0` },
  ...{ view: "ordered", task: "", problemType: "multiple choice", question: "?", options: [], answer: "A" },
  ...{
    promptText: "",
    promptHash: "",
    promptTokens: 1,
    media: null,
    rewardMean: 0,
    rewardStd: 0,
    dead: false,
    gate: null,
  },
});

function write(journal: Journal, step: number, stage: string, sample: string, right: readonly boolean[]): void {
  const event = group(step, stage, sample);
  journal.append(event);
  right.forEach((correct, index) => {
    const ids = Int32Array.from([step, index, 7]);
    const tokens = journal.appendTokens({ ids, logProb: new Float32Array(3) });
    const about = { step, group: event.group, index, text: `${step}.${index}`, stopReason: "stop" as const };
    journal.append({
      type: "rollout",
      ...about,
      prediction: "",
      correct,
      rewards: {},
      reward: 0,
      advantage: 0,
      tokens,
    });
  });
}

async function twoStages(): Promise<Journal> {
  const journal = await Journal.open(folder);
  write(journal, 1, "rl", "a", [true, true]);
  write(journal, 2, "rl", "b", [true, false]);
  journal.append(group(2, "rl", "b", false));
  write(journal, 3, "rl", "a", [true, false]);
  write(journal, 4, "rl-2", "c", [false]);
  journal.flush();
  return journal;
}

describe("an earlier stage's rollouts", () => {
  it("are that stage's trained groups in the order of its updates, with all their rollouts", async () => {
    const journal = await twoStages();
    const { groups: found } = await rolloutsOfStage({ runFolder: folder, journal, config: {} }, "rl");
    expect(found.map(({ group: { sampleId } }) => sampleId)).toEqual(["a", "b", "a"]);
    expect(found.map(({ rollouts }) => rollouts.map(({ text }) => text))).toEqual([
      ["1.0", "1.1"],
      ["2.0", "2.1"],
      ["3.0", "3.1"],
    ]);
    journal.close();
  });

  it("leave out what a resume superseded, and take what came in its place", async () => {
    const journal = await twoStages();
    journal.append({ type: "resume", fromStep: 1 });
    write(journal, 2, "rl", "d", [false]);
    const { groups: found } = await rolloutsOfStage({ runFolder: folder, journal, config: {} }, "rl");
    expect(found.map(({ group: { sampleId } }) => sampleId)).toEqual(["a", "d"]);
    journal.close();
  });

  it("that are not there are an error that names the stage", async () => {
    const journal = await twoStages();
    await expect(rolloutsOfStage({ runFolder: folder, journal, config: {} }, "rl-9")).rejects.toThrow(
      "no rollouts of stage rl-9",
    );
    journal.close();
  });

  it("are those of the run that a branch goes on from, up to its checkpoint, where it has none of its own", async () => {
    const runs = join(folder, "runs");
    const [from, branch] = [join(runs, "from"), join(runs, "branch")];
    for (const path of [from, branch]) mkdirSync(path, { recursive: true });
    const before = await Journal.open(from);
    write(before, 1, "rl", "a", [true]);
    write(before, 2, "rl", "late", [true]);
    before.close();
    writeFileSync(join(from, "run.json"), "{}");
    const checkpoint = join(from, "checkpoints", "step-000001-rl");
    mkdirSync(checkpoint, { recursive: true });
    const state = { step: 1, stageIndex: 1, stageStep: 0, knobs: {}, trainSeconds: 0 };
    writeFileSync(join(checkpoint, "checkpoint.json"), JSON.stringify({ version: 1, state, label: "rl", files: {} }));
    const journal = await Journal.open(branch);
    const config = { branchFrom: { run: "from", checkpoint: "checkpoints/step-000001-rl" } };
    const found = await rolloutsOfStage({ runFolder: branch, journal, config }, "rl");
    expect(found).toMatchObject({ run: "from", runFolder: from });
    expect(found.groups.map(({ group: { sampleId } }) => sampleId)).toEqual(["a"]);
    journal.close();
  });

  it("give each sample its share of right answers over all of its groups", async () => {
    const journal = await twoStages();
    const { groups: found } = await rolloutsOfStage({ runFolder: folder, journal, config: {} }, "rl");
    expect(accuracyBySample(found)).toEqual(
      new Map([
        ["a", 0.75],
        ["b", 0.5],
      ]),
    );
    journal.close();
  });

  it("have their tokens as they were sampled, and damaged ones are refused", async () => {
    const journal = await twoStages();
    const {
      groups: [first],
    } = await rolloutsOfStage({ runFolder: folder, journal, config: {} }, "rl");
    const { tokens } = first!.rollouts[1]!;
    journal.close();
    const reader = new TokenReader(folder);
    expect([...reader.ids(tokens)]).toEqual([1, 1, 7]);
    reader.close();
    const path = join(folder, "tokens.0.bin");
    const bytes = readFileSync(path);
    bytes[tokens.offset]! ^= 1;
    writeFileSync(path, bytes);
    const damaged = new TokenReader(folder);
    expect(() => damaged.ids(tokens)).toThrow(`damaged at byte ${tokens.offset}`);
    damaged.close();
  });
});
