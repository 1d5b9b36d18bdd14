/** The reference vectors that ship with the repository: science and tokenizer against every one of them. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { metricsSection } from "../conformance/metrics.ts";
import { optimSection } from "../conformance/optim.ts";
import { preprocessSection } from "../conformance/preprocess.ts";
import { MissingInput, Section } from "../conformance/report.ts";
import { rlSection } from "../conformance/rl.ts";
import { tokenizerSection } from "../conformance/tokenizer.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../fixtures/oracle");

describe("reference vectors", () => {
  it.each([
    ["tokenizer", tokenizerSection],
    ["rl", rlSection],
    ["metrics", metricsSection],
    ["preprocess", preprocessSection],
    ["optim", optimSection],
  ] as const)("agree in section %s", async (name, run) => {
    const section = new Section(name);
    await run(FIXTURES, section);
    expect(section.rows.filter((row) => row.state === "failed")).toEqual([]);
    expect(section.rows.filter((row) => row.state === "passed").length).toBeGreaterThan(4);
  });

  it("are missing with a sentence and a remedy", async () => {
    await expect(rlSection("/nowhere", new Section("rl"))).rejects.toThrow(MissingInput);
  });
});

describe("the report", () => {
  it("fails on one value outside the tolerance, on a wrong length, and on NaN", () => {
    const section = new Section("x");
    for (const actual of [[1, 2.1], [1], [1, Number.NaN]]) {
      const check = section.check("values", 0.01);
      check.allNear(actual, [1, 2], "here");
      check.done();
    }
    expect(section.rows.map((row) => row.state)).toEqual(["failed", "failed", "failed"]);
  });

  it("never counts a comparison of nothing as passed", () => {
    const section = new Section("x");
    section.check("nothing").done();
    expect(section.rows[0]!.state).toBe("not yet");
  });
});
