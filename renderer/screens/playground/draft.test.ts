import { describe, expect, it } from "vitest";
import { draftProblem, EMPTY_DRAFT, fromOrigin, questionFor } from "./draft.ts";

const model = { directory: "/m", label: "m", run: null, step: null, temperature: 0.7, maxTokens: 48, frames: 8 };
const asked = { ...EMPTY_DRAFT, path: " /clip.mp4 ", question: "which way ?", options: "left\n\nright\n" };

describe("the question that the form makes", () => {
  it("takes what the checkpoint was trained with where a field is empty", () => {
    expect(questionFor(asked, model)).toMatchObject({
      path: "/clip.mp4",
      options: ["left", "right"],
      temperature: 0.7,
      topP: 1,
      maxTokens: 48,
      frames: null,
      pixels: null,
      change: null,
    });
  });

  it("takes the fields that are filled, a side of a frame as pixels", () => {
    const draft = { ...asked, temperature: "0", topK: "20", pixels: "112", shown: "reversed" as const };
    expect(questionFor(draft, model)).toMatchObject({
      temperature: 0,
      topK: 20,
      pixels: 112 * 112,
      change: { kind: "reverse" },
    });
  });

  it("shows the frames in the order that a shuffled rollout saw", () => {
    const origin = fromOrigin({
      ...{ run: "r", rollout: 1, group: "3-0-shuffled", index: 0, step: 3, view: "shuffled" },
      ...{ path: "/c.mp4", question: "q", options: [], answer: "4", problemType: "numerical", text: "t" },
      ...{ order: [2, 0, 1], model: "/m", modelStep: 2 },
    });
    expect(questionFor({ ...EMPTY_DRAFT, ...origin }, model)).toMatchObject({ order: [2, 0, 1], model: "/m" });
  });
});

describe("a field that cannot be used", () => {
  it("is named with its bounds", () => {
    expect(draftProblem(asked)).toBeNull();
    expect(draftProblem({ ...asked, topP: "1.5" })).toBe("Top-p: give a number from 0.0001 to 1.");
    expect(draftProblem({ ...asked, frames: "none" })).toBe("Frames: give a number from 1 to 1024.");
  });
});
