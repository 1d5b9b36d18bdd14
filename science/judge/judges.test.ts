import { describe, expect, it } from "vitest";
import { continuedVerdict, judgePrompt, readVerdict } from "./asked-judge.ts";
import { RULE_JUDGE, type JudgeInput } from "./consistency-judge.ts";
import { judgeSource, isModelJudge, JUDGE_NAMES } from "./judge-source.ts";
import { OPTION_WORD_JUDGE } from "./option-word-judge.ts";

const input = (thinking: string, answer: string, options = ["A. left", "B. top left", "C. red"]): JudgeInput => ({
  question: "Which one?",
  problemType: "multiple choice",
  options,
  thinking,
  answer,
});

describe("the judge by words", () => {
  it("disagrees with the judge by letters where word and letter are of different options", () => {
    const contradicting = input("0 s red. So first red A", "A");
    expect(RULE_JUDGE.judge(contradicting)).toMatchObject({ consistent: true, derivedAnswer: "A" });
    expect(OPTION_WORD_JUDGE.judge(contradicting)).toMatchObject({ consistent: false, derivedAnswer: "C" });
  });

  it("takes whole words, the longest of those that end together, and the last sentence that names one", () => {
    expect(OPTION_WORD_JUDGE.judge(input("So top left", "B"))).toMatchObject({ consistent: true });
    expect(OPTION_WORD_JUDGE.judge(input("It is red. It reddens leftover", "C"))).toMatchObject({ consistent: true });
    expect(OPTION_WORD_JUDGE.judge(input("Nothing is seen", "A"))).toMatchObject({
      derivedAnswer: null,
      consistent: false,
    });
  });

  it("leaves numbers to the first rule", () => {
    const counted = { question: "How many?", problemType: "numerical", options: [], thinking: "So 3", answer: "3" };
    expect(OPTION_WORD_JUDGE.judge(counted)).toEqual(RULE_JUDGE.judge(counted));
  });
});

describe("the judge of texts", () => {
  const about = (thinking: string, answer: string) =>
    RULE_JUDGE.judge({ question: "What happens?", problemType: "free-form", options: [], thinking, answer });

  it("wants the answer in the sentence that concludes, whatever stands around it", () => {
    expect(about("0 s top. So the red ring goes left", "the red ring goes left.")).toMatchObject({ consistent: true });
    expect(about("I see. Therefore I would say the red ring goes left, then.", "The red ring goes left")).toMatchObject(
      {
        consistent: true,
      },
    );
    expect(about("0 s top. So the white cross goes left", "the yellow cross goes left")).toMatchObject({
      consistent: false,
      derivedAnswer: "the white cross goes left",
    });
  });

  it("finds nothing concluded where no sentence says that it concludes", () => {
    expect(about("the red ring goes left", "the red ring goes left")).toMatchObject({ derivedAnswer: null });
  });
});

describe("a model as the judge", () => {
  it("is shown question, options, thought and answer", () => {
    const asked = judgePrompt(input("So red C", "C"));
    for (const part of ["Which one?", "B. top left", "So red C", "Given answer: C"]) expect(asked).toContain(part);
  });

  it("is read from JSON wherever it stands in the reply", () => {
    const { problemType, options } = input("", "");
    const reply = 'Sure.\n```json\n{"derived_answer": "C. red", "consistent": false, "why": "It ends on red."}\n```';
    expect(readVerdict(reply, { problemType, options })).toEqual({
      derivedAnswer: "C",
      consistent: false,
      why: "It ends on red.",
    });
  });

  it("finds nothing consistent where the reply is no verdict, and says so", () => {
    const about = { problemType: "multiple choice", options: [] };
    for (const reply of ["", "yes", "{", '{"consistent": "yes"}', "}{"]) {
      const verdict = readVerdict(reply, about);
      expect(verdict.consistent).toBe(false);
      expect(verdict.why).toContain("no verdict");
    }
  });

  it("that writes the answer itself agrees only with the same answer", () => {
    expect(continuedVerdict("C", input("So red", "C"))).toMatchObject({ consistent: true, derivedAnswer: "C" });
    expect(continuedVerdict("A", input("So red", "C"))).toMatchObject({ consistent: false, derivedAnswer: "A" });
    expect(continuedVerdict("A", input("So red", ""))).toMatchObject({ consistent: false });
  });

  it("is told from a rule, whose verdicts need not be kept", () => {
    const sources = JUDGE_NAMES.map((name) => judgeSource(name, "http://here", "m"));
    expect(sources.map(isModelJudge)).toEqual([false, false, true, true, true]);
  });
});
