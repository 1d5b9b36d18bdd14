import { expect, it } from "vitest";
import { evenColumns } from "./even-columns.ts";

it("lays cards out without a hole where some width allows it, with as many columns as fit", () => {
  expect(evenColumns(9, 1020)).toBe(3);
  expect(evenColumns(9, 1660)).toBe(3);
  expect(evenColumns(8, 1660)).toBe(4);
  expect(evenColumns(10, 1020)).toBe(2);
  expect(evenColumns(7, 1660)).toBe(4);
  expect(evenColumns(3, 300)).toBe(1);
});
