import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeMetric, unitOf } from "./metrics.ts";
import { METRIC_WORDS } from "./metric-words.ts";

/** Names in the first column of the journal's table of metrics; `/min` goes on from the name before it. */
function listedMetrics(): string[] {
  const page = readFileSync(new URL("../docs/journal.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("| metric "), page.indexOf("\n\nTimings:"));
  let folder = "";
  return table.split("\n").flatMap((line) =>
    [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => {
      if (name!.startsWith("/")) return folder + name;
      folder = name!.slice(0, Math.max(0, name!.lastIndexOf("/")));
      return name!;
    }),
  );
}

it("has words for every metric that the journal's page lists", () => {
  const names = listedMetrics().map((name) => name.replace("<part>", "accuracy"));
  expect(names).toContain("completions/min_length");
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => /^Journal metric/.test(describeMetric(name).explanation))).toEqual([]);
});

it("tells the gate from the bonus: prompts that passed, answers that earned it", () => {
  const labels = ["temporal/gate_rate", "temporal/bonus_rate"].map((name) => describeMetric(name).label);
  expect(labels).toEqual(["Gate passed", "Bonus earned"]);
  expect(unitOf("temporal/bonus_rate")).toBe("share");
});

it("never gives two metrics of one folder the same name", () => {
  const seen = Object.entries(METRIC_WORDS).map(([name, { label }]) => `${name.replace(/[^/]*$/, "")} ${label}`);
  const twice = seen.filter((one, index) => seen.indexOf(one) !== index);
  // Another tool's name of the same.
  expect(new Set(twice)).toEqual(new Set([" Learning rate"]));
});
