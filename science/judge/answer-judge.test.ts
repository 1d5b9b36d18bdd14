import { describe, expect, it } from "vitest";
import { modelJudge, readVerdict, RULE_ANSWER_JUDGE } from "./answer-judge.ts";

const judged = (truth: string, response: string) => RULE_ANSWER_JUDGE.judge({ question: "?", truth, response });

describe("the rule judge", () => {
  const cases: readonly (readonly [truth: string, response: string, correct: boolean, unsure: boolean])[] = [
    ["3", "There are three of them", true, false],
    ["two balls", "2 balls.", true, false],
    ["Yes", "yes, it does", true, false],
    ["No", "Yes", false, false],
    ["No", "It is hard to say", false, true],
    ["Yes, it goes upwards", "yes, up it goes", true, false],
    ["the middle", "In the center", true, false],
    ["a red ball", "a red cube", false, true],
    ["a red ball", "a blue cube", false, false],
  ];
  it.each(cases)("%s | %s → %s, unsure %s", (truth, response, correct, unsure) => {
    expect(judged(truth, response)).toMatchObject({ correct, unsure });
  });
});

describe("a model as judge", () => {
  it("is read as the authors' script reads it: correct, and nowhere incorrect", () => {
    expect(readVerdict("<answer>correct</answer>")).toMatchObject({ correct: true, unsure: false });
    expect(readVerdict("<answer>Incorrect</answer>")).toMatchObject({ correct: false, unsure: false });
    expect(readVerdict("correct, or rather incorrect")).toMatchObject({ correct: false, unsure: false });
    expect(readVerdict("hm")).toMatchObject({ correct: false, unsure: true, why: "hm" });
  });

  it("is asked once for the same question, truth and answer, with all three in the prompt", async () => {
    const asked: string[] = [];
    const judge = modelJudge("some-model", (prompt) => {
      asked.push(prompt);
      return Promise.resolve("<answer>correct</answer>");
    });
    const input = { question: "Does it fall?", truth: "no", response: "no, never" };
    expect(await judge.judge(input)).toMatchObject({ correct: true });
    await judge.judge({ ...input });
    expect(asked).toHaveLength(1);
    for (const part of Object.values(input)) expect(asked[0]).toContain(part);
    expect(judge.name).toBe("some-model, prompt secondlook 1");
  });

  it("is asked again when its agreement with itself is measured", async () => {
    const replies = ["correct", "incorrect"];
    const judge = modelJudge("wavering", () => Promise.resolve(replies.shift()!));
    const input = { question: "?", truth: "yes", response: "yes" };
    expect(await judge.judge(input)).toMatchObject({ correct: true });
    expect(await judge.again!(input)).toMatchObject({ correct: false });
    expect(await judge.judge(input)).toMatchObject({ correct: true });
  });

  it("that refuses a case is unsure of it, whatever words the refusal holds", async () => {
    const judge = modelJudge("strict", () => Promise.resolve(new Error("The endpoint refused the row: not correct")));
    const verdict = await judge.judge({ question: "?", truth: "yes", response: "yes" });
    expect(verdict).toMatchObject({ correct: false, unsure: true });
    expect(verdict.why).toContain("refused");
  });
});
