import { expect, it } from "vitest";
import { compareSettings } from "./configuration-difference.ts";

const run = (seed: number, settings: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  recipe: "video-r1",
  preset: "tiny",
  seed,
  config: { settings, ...more },
  model: { directory: "m", parameters: 1 },
});

it("puts the settings that differ first and keeps the others", () => {
  const rows = compareSettings([
    run(1, { "rl.klBeta": 0.02, "temporal.mu": 1 }),
    run(1, { "rl.klBeta": 0.04, "temporal.mu": 1 }),
  ]);
  expect(rows[0]).toEqual({ name: "rl.klBeta", values: ["0.02", "0.04"], differs: true });
  expect(rows.filter(({ differs }) => differs)).toHaveLength(1);
  expect(rows.find(({ name }) => name === "temporal.mu")!.differs).toBe(false);
});

it("counts a setting that only one run has as a difference, as with a branch", () => {
  const rows = compareSettings([run(1, {}), run(1, {}, { branchFrom: { run: "a", step: 80 } })]);
  expect(rows.filter(({ differs }) => differs).map(({ name, values }) => [name, values])).toEqual([
    ["branch from.run", [undefined, "a"]],
    ["branch from.step", [undefined, "80"]],
  ]);
});
