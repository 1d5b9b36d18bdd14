import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { damageOf, runtimeOf } from "./runtime.ts";

it("finds every file that is missing or was changed, and names the runtime by what it holds", () => {
  const folder = mkdtempSync(join(tmpdir(), "secondlook-runtime-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(runtimeOf(folder)).toBeNull();
  mkdirSync(join(folder, "trainer"));
  const files: Record<string, string> = {};
  for (const [path, content] of [
    ["node", "a program"],
    ["trainer/worker.ts", "a worker"],
  ] as const) {
    writeFileSync(join(folder, path), content);
    files[path] = createHash("sha256").update(content).digest("hex");
  }
  writeFileSync(join(folder, "runtime.json"), JSON.stringify({ files }));
  expect(runtimeOf(folder)).toMatch(/^[0-9a-f]{16}$/);
  expect(damageOf(folder)).toBeNull();
  writeFileSync(join(folder, "trainer", "worker.ts"), "another worker");
  expect(damageOf(folder)).toContain("worker.ts was changed since it was packaged");
  rmSync(join(folder, "node"));
  expect(damageOf(folder)).toContain("node is missing");
});
