import { describe, expect, it } from "vitest";
import { invertQuestion, negateQuestion } from "./question-inversion.ts";
import { RandomStream } from "./rng.ts";

const item = { question: "What did the person do", options: ["ran", "sat", "ate", "slept"], right: 1 };

describe("question-answer inversion", () => {
  it("negates the auxiliary, or says that it cannot", () => {
    expect(negateQuestion("What did the person do")).toBe("what didn't the person do");
    expect(negateQuestion("the person did what")).toBeNull();
    expect(negateQuestion("What will happen next", "STAR")).toBe("what won't happen next");
    expect(negateQuestion("Which object was the person able to see", "STAR")).toBe(
      "which object wasn't the person able to see",
    );
  });

  it("makes every kept old distractor right and the old answer wrong, in any order and number", () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const inverted = invertQuestion(item, new RandomStream("qai", seed))!;
      const right = inverted.answer.split(",").map((letter) => inverted.options[letter.charCodeAt(0) - 65]);
      expect(inverted.options).toContain("sat");
      expect(right).not.toContain("sat");
      expect(right.length).toBe(inverted.options.length - 1);
      sizes.add(right.length);
    }
    expect([...sizes].sort()).toEqual([1, 2, 3]);
  });

  it("leaves an item alone whose text it cannot negate, so that no label contradicts its question", () => {
    expect(invertQuestion({ ...item, question: "the person did what" }, new RandomStream("qai", 1))).toBeNull();
  });
});
