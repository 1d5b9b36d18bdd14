import { expect, it } from "vitest";
import { tokensInSpans } from "./TokenText.tsx";

it("finds the tokens that a span of characters touches", () => {
  expect(tokensInSpans(["<th", "ink>", " red"], [[1, 4]])).toEqual([true, true, false]);
  expect(tokensInSpans(["a", "b"], [[1, 1]])).toEqual([false, false]);
});
