import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { DEEP_PARTS, lineOf, partsNamed, readRecord, tableOf, writeRecord } from "./parts.ts";

const result = { ok: true, seconds: 12.3, date: "2026-11-21", commit: "abc1234", line: "41 tests, 0 failures" };

it("runs all parts, or those that are named, in their own order", () => {
  expect(partsNamed([])).toEqual(DEEP_PARTS);
  expect(partsNamed(["soak", "races"]).map(({ name }) => name)).toEqual(["races", "soak"]);
  expect(() => partsNamed(["soaks"])).toThrow(/No part is called soaks; there are: damaged, .*soak/);
});

it("starts nothing that is not there", () => {
  for (const { args } of DEEP_PARTS) {
    for (const file of args.filter((arg) => /\.(ts|mjs)$/.test(arg)))
      expect([file, existsSync(file)]).toEqual([file, true]);
  }
});

it("takes the line that says what came out, else the last one, and says when time was up", () => {
  const part = partsNamed(["races"])[0]!;
  expect(lineOf(part, "ok one\n41 tests, 0 failures\nbye\n", false)).toBe("41 tests, 0 failures");
  expect(lineOf(part, "building\nended with SIGSEGV.\n\n", false)).toBe("ended with SIGSEGV.");
  expect(lineOf(part, "ok one\n", true)).toBe("not finished after 45 minutes");
  const fuzz = partsNamed(["fuzz"])[0]!;
  expect(lineOf(fuzz, "\u001b[2m      Tests \u001b[22m \u001b[1m4 passed\u001b[22m (4)\n", false)).toBe(
    "Tests 4 passed (4)",
  );
});

it("tells of every part in its table, also of one that an earlier call ran or that none ran", () => {
  const table = tableOf({ races: result, soak: { ...result, ok: false, line: "lost" } }).split("\n");
  expect(table).toHaveLength(DEEP_PARTS.length);
  expect(table.find((line) => line.includes("races"))).toMatch(/^passed .*12 s {2}2026-11-21 abc1234 {2}41 tests/);
  expect(table.find((line) => line.includes("soak"))).toMatch(/^FAILED .*lost$/);
  expect(table.find((line) => line.includes("cuda"))).toMatch(/^not run/);
});

it("remembers from one call to the next", () => {
  const folder = mkdtempSync(join(tmpdir(), "secondlook-deep-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "below", "record.json");
  expect(readRecord(file)).toEqual({});
  writeRecord(file, { races: result });
  expect(readRecord(file)).toEqual({ races: result });
});
