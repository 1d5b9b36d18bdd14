import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Lease } from "../../contract/run-folder.ts";
import { temporaryData } from "../testing/temporary.ts";
import { livingLease, processStart } from "./alive.ts";

function holds(lease: Partial<Lease>): boolean {
  const folder = temporaryData();
  const mine = { host: hostname(), pid: process.pid, processStart: processStart(process.pid)!, attempt: 1 };
  writeFileSync(join(folder, "lease.json"), JSON.stringify({ ...mine, ...lease }));
  return livingLease(folder) !== null;
}

describe("a lease", () => {
  it("lives while its process does", () => expect(holds({})).toBe(true));
  it("is dead when its pid belongs to a later process", () => expect(holds({ processStart: 12 })).toBe(false));
  it("is dead when its pid is gone", () => expect(holds({ pid: 2 ** 22 - 3 })).toBe(false));
  it("of another host counts as alive", () => expect(holds({ host: "elsewhere", pid: 1 })).toBe(true));
  it("that is no JSON is none", () => {
    const folder = temporaryData();
    writeFileSync(join(folder, "lease.json"), "{");
    expect(livingLease(folder)).toBeNull();
  });
});
