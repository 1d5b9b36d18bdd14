import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireLease, isStale, processStart } from "./lease.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "secondlook-lease-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("the lease", () => {
  it("refuses a second writer and names the first", () => {
    const held = acquireLease(folder, 1);
    expect(() => acquireLease(folder, 2)).toThrow(`process ${process.pid}`);
    held.release();
    acquireLease(folder, 2).release();
    expect(existsSync(join(folder, "lease.json"))).toBe(false);
  });

  it("takes over from a process that has ended, or whose number another process has now", async () => {
    const child = spawn("true");
    await new Promise((resolve) => child.on("close", resolve));
    const gone = { host: hostname(), pid: child.pid!, processStart: 12345, attempt: 1 };
    expect(isStale(gone)).toBe(true);
    expect(isStale({ ...gone, pid: process.pid, processStart: processStart(process.pid)! + 1 })).toBe(true);
    writeFileSync(join(folder, "lease.json"), JSON.stringify(gone));
    acquireLease(folder, 2);
    expect(JSON.parse(readFileSync(join(folder, "lease.json"), "utf8"))).toMatchObject({
      pid: process.pid,
      attempt: 2,
    });
  });

  it("never takes over from another machine by itself", () => {
    const far = { host: "another-machine", pid: 1, processStart: 1, attempt: 1 };
    writeFileSync(join(folder, "lease.json"), JSON.stringify(far));
    expect(() => acquireLease(folder, 2)).toThrow("another-machine");
  });

  it("takes over a lease file that is torn", () => {
    writeFileSync(join(folder, "lease.json"), '{"host":"');
    acquireLease(folder, 2).release();
  });
});
