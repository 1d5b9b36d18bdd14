import { describe, expect, it } from "vitest";
import { hintFrom, namesAnswer } from "../../../science/difficulty.ts";
import { readSamples, type Sample } from "../../../science/records.ts";
import { accuracyReward } from "../../../science/rewards/accuracy.ts";
import { difficulty } from "./difficulty.ts";
import { setByName } from "./index.ts";
import { multiAnswer } from "./multi-answer.ts";
import type { SampleSet } from "./set.ts";

const filesOf = (set: SampleSet): Record<string, string> =>
  Object.assign({}, ...set.splits(false).map(({ files }) => files)) as Record<string, string>;

function samplesOf(files: Readonly<Record<string, string>>, name: string): Sample[] {
  const { samples, problems } = readSamples(files[name]!, name);
  expect(problems).toEqual([]);
  return samples;
}

describe.each([multiAnswer, difficulty])("the set $name", (set) => {
  const files = filesOf(set);

  it("is found by its name and is the same every time", () => {
    expect(setByName(set.name)).toBe(set);
    expect(filesOf(set)).toEqual(files);
  });

  it("shares no clip between training, validation and held-out", () => {
    const seeds = ["train.json", "validation.json", "heldout.json"].map(
      (name) => new Set(samplesOf(files, name).map(({ extra }) => extra["clip_seed"])),
    );
    expect(seeds.reduce((sum, own) => sum + own.size, 0)).toBe(new Set(seeds.flatMap((own) => [...own])).size);
  });

  it("has a trace for the first clips only, with an answer in its tags", () => {
    const traced = samplesOf(files, "sft.json");
    expect(traced.length).toBeLessThan(samplesOf(files, "train.json").length);
    for (const { process } of traced) expect(process).toMatch(/^<think>.* So .*<\/think>$/s);
  });
});

describe("questions with several right letters", () => {
  const files = filesOf(multiAnswer);
  const held = samplesOf(files, "heldout.json");

  it("have keys of one to four letters out of their options, in order", () => {
    const sizes = new Set(held.map(({ answer }) => answer.split(",").length));
    expect([...sizes].sort()).toEqual([1, 2, 3, 4]);
    for (const { answer, options } of held) {
      const letters = answer.split(",");
      expect(letters).toEqual([...letters].sort());
      for (const letter of letters) expect(options.some((option) => option.startsWith(`${letter}. `))).toBe(true);
    }
  });

  it("leave out what a counterfactual takes away, though it is seen and among the options", () => {
    const without = held.filter(({ task }) => task === "colors-without");
    expect(without.length).toBeGreaterThan(20);
    for (const { question, options, answer } of without) {
      const gone = /no (\w+) which/.exec(question)![1]!;
      const option = options.find((text) => text.endsWith(` ${gone}`))!;
      expect(answer.split(",")).not.toContain(option[0]);
    }
  });

  it("are right in any order of the letters", () => {
    const many = held.find(({ answer }) => answer.split(",").length === 3)!;
    const turned = many.answer.split(",").reverse().join(",");
    expect(accuracyReward("multiple choice", `<answer>${turned}</answer>`, many.solution)).toBe(1);
    expect(accuracyReward("multiple choice", `<answer>${turned.slice(2)}</answer>`, many.solution)).toBe(0);
  });
});

describe("prompts of a stated difficulty", () => {
  const files = filesOf(difficulty);

  it("are easy and hard in two of five each", () => {
    const train = samplesOf(files, "train.json");
    const share = (name: string): number =>
      train.filter(({ extra }) => extra["difficulty"] === name).length / train.length;
    expect([share("easy"), share("middle"), share("hard")]).toEqual([0.4, 0.2, 0.4]);
  });

  it("have no trace of how to answer a hard one without help, and hints that do not name the answer", () => {
    const hard = samplesOf(files, "sft.json").filter(({ extra }) => extra["difficulty"] === "hard");
    expect(hard.length).toBeGreaterThan(50);
    for (const sample of hard) {
      expect(sample.question).toMatch(/\n(Hint: |The right answer is )/);
      const hint = hintFrom(sample.process!, 1, sample);
      expect(hint).toMatch(/^0 s \d, /);
      expect(namesAnswer(hint, sample)).toBe(false);
    }
  });
});
