import { expect, it } from "vitest";
import type { JournalledScore } from "../../../contract/methods.ts";
import { byRun } from "./by-run.ts";

it("lists the newest run first, its policies in the order of training", () => {
  const score = (run: string, step: number) => ({ run, step, label: String(step) }) as JournalledScore;
  const listed = byRun([score("20260101-a", 9), score("20260101-a", 0), score("20260202-b", 4)]);
  expect(listed.map((scores) => scores.map(({ run, step }) => `${run} ${step}`))).toEqual([
    ["20260202-b 4"],
    ["20260101-a 0", "20260101-a 9"],
  ]);
});
