import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { openIndexInMemory } from "./databases.ts";
import { Ingest } from "./ingest.ts";
import { preferencePairs } from "./preference-pairs.ts";

const line = { v: 1, attempt: 1, time: 1, step: 6, group: "6-0-ordered" };
const pair = {
  ...line,
  type: "preference_pair",
  stage: "dpo",
  kind: "reflection",
  chosen: 2,
  rejected: 0,
  chosenText: "<think>one. Wait, let me check that again. two</think>\n<answer>B</answer>",
  verdict: "wrong thought corrected over wrong",
  rationale: "It names the right frames.",
  usedAtStep: null as number | null,
  margin: null as number | null,
};
const checks = { repetition: true, length: false, thinkingTokens: 7, derivedAnswer: "A", why: "It ends on A." };
const verdicts = {
  ...line,
  type: "verdicts",
  stage: "dpo",
  judge: "last-statement-rule",
  secondJudge: "option-word-rule",
  rollouts: [
    { index: 0, accuracy: false, consistency: true, secondConsistency: false, ...checks },
    { index: 2, accuracy: true, consistency: true, secondConsistency: true, ...checks },
  ],
};

function indexed(events: readonly object[]) {
  const data = temporaryData();
  const database = openIndexInMemory();
  const { folder } = writeSyntheticRun(data, "a", 12, 3);
  const lines = events.map((event, index) => `${JSON.stringify({ ...event, seq: 90_000 + index })}\n`);
  appendFileSync(join(folder, "journal.0.ndjson"), lines.join(""));
  new Ingest(database, data).run("a");
  return preferencePairs(database, "a");
}

describe("preference pairs", () => {
  it("are shown once with their rollouts, as their newest line has them", () => {
    const pairs = indexed([pair, { ...pair, usedAtStep: 9, margin: 0.4 }]);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({ pair: "6-0", rollouts: 8, usedAtStep: 9, margin: 0.4, kind: "reflection" });
    expect([pairs[0]!.chosen.rollout.index, pairs[0]!.rejected.rollout.index]).toEqual([2, 0]);
  });

  it("show the text that was learnt, which may be none that any rollout said", () => {
    const [shown] = indexed([pair]);
    expect(shown!.chosen).toMatchObject({ composed: true, text: pair.chosenText });
    expect(shown!.rejected.composed).toBe(false);
    expect(shown!.rejected.text).toBe(shown!.rejected.rollout.text);
  });

  it("carry what the verifier and its second judge found of both rollouts", () => {
    const [shown] = indexed([verdicts, pair]);
    expect(shown!.chosen.verdict).toMatchObject({
      accuracy: true,
      secondConsistency: true,
      judge: "last-statement-rule",
    });
    expect(shown!.rejected.verdict).toMatchObject({ accuracy: false, consistency: true, secondConsistency: false });
    expect(indexed([pair])[0]!.chosen.verdict).toBeNull();
  });
});
