import { expect, it } from "vitest";
import { videoR1 } from "../../../science/recipes/video-r1.ts";
import { differencesOf } from "./differences.ts";

it("lists only the settings in which two presets differ, each of paper against code with its reason", () => {
  const rows = differencesOf(videoR1, "paper-v4", "upstream-code");
  expect(rows.map(({ name }) => name).sort()).toEqual([
    "length.needsTwo",
    "sft.lossOn",
    "temporal.mu",
    "temporal.rule",
  ]);
  expect(rows.find(({ name }) => name === "temporal.mu")!.values).toEqual(["1", "0.8"]);
  for (const { name, reason } of rows) expect(reason, name).toMatch(/\w+/);
  expect(differencesOf(videoR1, "zero", "zero")).toEqual([]);
});
