import { describe, expect, it } from "vitest";
import { diffWords } from "./text-diff.ts";

const joined = (pieces: ReturnType<typeof diffWords>, without: string) =>
  pieces
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join("");

describe("diffWords", () => {
  it("marks what a later answer left out and what it added", () => {
    const pieces = diffWords(
      "<think>0 s red, 1 s blue. So last blue B</think>",
      "<think>0 s red, 1 s green. So last green D</think>",
    );
    expect(pieces.filter(({ kind }) => kind === "removed").map(({ text }) => text.trim())).toEqual(["blue.", "blue B"]);
    expect(pieces.filter(({ kind }) => kind === "added").map(({ text }) => text.trim())).toEqual(["green.", "green D"]);
  });

  it("gives both texts back", () => {
    const before = "wait, the ball moves left. <answer>A</answer>";
    const after = "the ball moves right, then left. <answer>A</answer>";
    const pieces = diffWords(before, after);
    expect(joined(pieces, "removed")).toBe(after);
    expect(joined(pieces, "added").replaceAll(/\s+/g, "")).toBe(before.replaceAll(/\s+/g, ""));
  });

  it("finds the longest common subsequence, not only a common start and end", () => {
    expect(diffWords("a x b y c", "a b z c").map(({ kind, text }) => `${kind} ${text.trim()}`)).toEqual([
      "same a",
      "removed x",
      "same b",
      "removed y",
      "added z",
      "same c",
    ]);
  });

  it("says nothing of equal texts, and all of it for an empty one", () => {
    expect(diffWords("same text", "same text")).toEqual([{ kind: "same", text: "same text" }]);
    expect(diffWords("", "new")).toEqual([{ kind: "added", text: "new" }]);
  });
});
