import { expect, it } from "vitest";
import { foldPhases } from "./phases.ts";

it("shows the longest phases and adds up the rest, so that nothing is lost", () => {
  const phases = ["a", "b", "c", "d", "e", "f", "g"].map((name, index) => ({ name, milliseconds: 700 - 100 * index }));
  const folded = foldPhases([...phases, { name: "other", milliseconds: 50 }]);
  expect(folded.map(({ name }) => name)).toEqual(["a", "b", "c", "d", "e", "other"]);
  expect(folded.reduce((sum, phase) => sum + phase.milliseconds, 0)).toBe(2850);
});
