import { describe, expect, it } from "vitest";
import { RULE_JUDGE } from "./judge/consistency-judge.ts";
import { dpoObjective } from "./objectives/dpo.ts";
import { PAIR_KINDS, PAIR_RULES, pairsOfGroup, type PairSettings } from "./preference-pairs.ts";
import { solvedToDrop } from "./pruning.ts";
import { checkRepetition, verifierMetrics, verifyGroup } from "./verifier.ts";

const question = { question: "Where first?", problemType: "multiple choice", options: ["A. left", "B. right"] };
const rollout = (thinking: string, answer: string, index: number) => ({
  index,
  text: `<think>${thinking}</think>\n<answer>${answer}</answer>`,
  correct: answer === "B",
});
const settings: PairSettings = { kinds: PAIR_KINDS, ...PAIR_RULES, swapLabels: false };
const verify = (rows: readonly (readonly [string, string])[]) =>
  verifyGroup(
    rows.map(([thinking, answer], index) => rollout(thinking, answer, index)),
    question,
    RULE_JUDGE,
    (text) => text.split(" ").length,
  );

describe("the verifier", () => {
  it("finds four words that come again and again (specification, 5.5)", () => {
    expect(checkRepetition("a b a b a b a b").passed).toBe(false);
    expect(checkRepetition("It is red. It is red. It is red.").why).toContain("3 times");
    expect(checkRepetition("0 s top, 1 s left, so first top A").passed).toBe(true);
    expect(checkRepetition("").passed).toBe(true);
  });

  it("fails a thought whose last statement is not the answer, and says both", async () => {
    const [ours] = await verify([["so the answer is B", "A"]]);
    expect(ours!.consistency).toEqual({ passed: false, why: "The thought ends on B, not on A." });
    expect(ours!.derivedAnswer).toBe("B");
    expect(ours!.accuracy.passed).toBe(false);
  });

  it("measures length against the group's median and shares over all rollouts", async () => {
    const rows = await verify([
      ["so the answer is B", "B"],
      ["I see a red ball, so the answer is B", "B"],
      ["so the answer is A", "B"],
    ]);
    expect(rows.map(({ length }) => length.passed)).toEqual([false, true, false]);
    expect(verifierMetrics(rows)).toMatchObject({
      "verifier/accuracy": 1,
      "verifier/consistency": 2 / 3,
      "verifier/right_and_consistent": 2 / 3,
    });
  });
});

describe("preference pairs", () => {
  const group = [
    ["it starts at the right side, so the answer is B", "B"],
    ["so the answer is A", "B"],
    ["it starts at the left, so the answer is A", "A"],
    ["so the answer is B", "A"],
  ] as const;

  it("are of three kinds with the rollouts that they come from", async () => {
    const { pairs } = await pairsOfGroup(await verify(group), question, RULE_JUDGE, settings);
    const found = pairs.map(({ kind, chosen, rejected }) => [kind, chosen.index, rejected.index]);
    expect(found).toContainEqual(["penalty", 0, 2]);
    expect(found).toContainEqual(["consistency", 0, 1]);
    expect(found).toContainEqual(["consistency", 3, 3]);
    expect(found).toContainEqual(["reflection", 0, 2]);
    const mended = pairs.find(({ kind, chosen }) => kind === "consistency" && chosen.composed !== null)!;
    expect(mended.chosen.composed).toBe("<think>so the answer is B</think>\n<answer>B</answer>");
    const reflection = pairs.find(({ kind }) => kind === "reflection")!;
    expect(reflection.chosen.composed).toContain("so the answer is A Wait, let me check that again. it starts at");
    expect(pairs.every(({ rationale }) => rationale !== "")).toBe(true);
  });

  it("change places in the control, and nothing else changes", async () => {
    const verified = await verify(group);
    const { pairs } = await pairsOfGroup(verified, question, RULE_JUDGE, settings);
    const control = await pairsOfGroup(verified, question, RULE_JUDGE, { ...settings, swapLabels: true });
    expect(control.pairs.map(({ chosen, rejected }) => [rejected, chosen])).toEqual(
      pairs.map(({ chosen, rejected }) => [chosen, rejected]),
    );
  });

  it("are not made of groups that are all right or all wrong, and that is counted", async () => {
    const right = await pairsOfGroup(await verify([group[0], group[1]]), question, RULE_JUDGE, settings);
    expect(right).toEqual({ pairs: [], rejected: { "all-right": 1 } });
    const wrong = await pairsOfGroup(await verify([group[2]]), question, RULE_JUDGE, settings);
    expect(wrong).toEqual({ pairs: [], rejected: { "all-wrong": 1 } });
  });

  it("leave out far longer thoughts, repeated chosen texts and more than two of a kind", async () => {
    const long = `${Array.from({ length: 60 }, (_, place) => `word${place}`).join(" ")} so the answer is A`;
    const far = await pairsOfGroup(await verify([group[0], [long, "A"]]), question, RULE_JUDGE, {
      ...settings,
      kinds: ["penalty"],
    });
    expect(far).toEqual({ pairs: [], rejected: { length: 1 } });
    const same = await pairsOfGroup(await verify([group[0], group[0], group[2]]), question, RULE_JUDGE, {
      ...settings,
      kinds: ["penalty"],
    });
    expect(same.pairs.length).toBe(1);
    expect(same.rejected).toEqual({ duplicate: 1 });
    const capped = await pairsOfGroup(await verify(group), question, RULE_JUDGE, { ...settings, mostOfAKind: 1 });
    expect(capped.rejected.cap).toBeGreaterThan(0);
  });
});

describe("DPO on VerIPO's constants", () => {
  it("gives the worked example: margin 0.3, loss 0.554355 (specification, 5.5)", () => {
    const batch = { chosen: [[-10]], rejected: [[-15]], referenceChosen: [[-12]], referenceRejected: [[-14]] };
    const result = dpoObjective(batch, { beta: 0.1, losses: [{ loss: "sigmoid", weight: 1 }] });
    expect(result.metrics["rewards/margins"]).toBeCloseTo(0.3, 12);
    expect(result.loss).toBeCloseTo(0.554355, 6);
  });
});

describe("solved prompts", () => {
  it("lose the given share, the same ones for the same key, and others stay", () => {
    const accuracies = new Map(Array.from({ length: 20 }, (_, id) => [String(id), id < 10 ? 1 : 0.9]));
    const dropped = solvedToDrop(accuracies, 0.8, [7, "rl-2"]);
    expect(dropped.size).toBe(8);
    expect([...dropped].every((id) => Number(id) < 10)).toBe(true);
    expect(solvedToDrop(new Map([...accuracies].reverse()), 0.8, [7, "rl-2"])).toEqual(dropped);
  });
});
