import { expect, it } from "vitest";
import { FASTEST_MS, Pace, SLOWEST_MS } from "./pace.ts";

/** Each answer keeps the page busy for `costMs`; `questions` of them come in each pause. */
function settle(questions: number, costMs: number): number {
  const pace = new Pace(0);
  for (let now = 0; now < 60_000; now += pace.pauseMs) {
    for (let question = 0; question < questions; question++) pace.note(costMs, now);
  }
  return pace.pauseMs;
}

it("asks as often as it may while redrawing is cheap", () => {
  expect(settle(9, 4)).toBe(FASTEST_MS);
});

it("slows down until redrawing leaves most of the time to the person", () => {
  const pause = settle(9, 60);
  expect(pause).toBeGreaterThan(FASTEST_MS);
  expect((9 * 60) / pause).toBeLessThan(0.5);
});

it("never stops asking", () => {
  expect(settle(50, 500)).toBe(SLOWEST_MS);
});
