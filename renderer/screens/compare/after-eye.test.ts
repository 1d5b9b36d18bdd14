import { expect, it } from "vitest";
import { afterEye } from "./after-eye.ts";

it("hides and shows one run's curves; with Alt shows it alone, and all again", () => {
  const ids = ["a", "b", "c"];
  expect(afterEye(ids, [], "b", false)).toEqual(["b"]);
  expect(afterEye(ids, ["b"], "b", false)).toEqual([]);
  expect(afterEye(ids, [], "b", true)).toEqual(["a", "c"]);
  expect(afterEye(ids, ["a", "c"], "b", true)).toEqual([]);
});
