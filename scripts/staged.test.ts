/** The packaged app has all that it starts or imports: a room, a script or a package that was forgotten fails here. */
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { isNeeded, isStaged } from "./staged.mjs";

const rooms = ["contract", "science", "trainer", "workbench", "native"];
const sources = rooms
  .flatMap((room) => readdirSync(room, { recursive: true, encoding: "utf8" }).map((name) => posix.join(room, name)))
  .filter((path) => path.endsWith(".ts") && isStaged(path));
const importsOf = (path: string): string[] =>
  [...readFileSync(path, "utf8").matchAll(/^(?:(?:import|export)\b[^;"=()]*\bfrom|import)\s+"([^"]+)";/gm)].map(
    (m) => m[1]!,
  );
const isTypeOnly = (path: string, name: string): boolean =>
  new RegExp(`^(?:import|export) type [^;]*"${name.replace(/[.*+?^$()|[\]\\/]/g, "\\$&")}"`, "m").test(
    readFileSync(path, "utf8"),
  );

describe("the packaged app", () => {
  it("holds every source that one of its sources imports", () => {
    expect(sources.length).toBeGreaterThan(200);
    const missing = sources.flatMap((path) =>
      importsOf(path)
        .filter((name) => name.startsWith(".") && !isTypeOnly(path, name))
        .map((name) => posix.join(posix.dirname(path), name))
        .filter((target) => !isStaged(target) || !sources.includes(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it("holds every script that it starts by path", () => {
    const started = sources.flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/(?:startScript|runScript)\(\s*"([^"]+)"/g)].map((match) => match[1]!),
    );
    expect(started).toContain("trainer/worker.ts");
    expect(started.length).toBeGreaterThan(6);
    expect(started.filter((script) => !sources.includes(script))).toEqual([]);
    // Whoever starts Node otherwise starts it without the clean environment, and unseen by this test.
    const others = sources.filter(
      (path) => path !== "workbench/scripts.ts" && /\bspawn(Sync)?\(process\.execPath/.test(readFileSync(path, "utf8")),
    );
    expect(others).toEqual([]);
  });

  it("holds every package that its sources import", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
    const packageOf = (name: string): string =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/");
    const missing = sources.flatMap((path) =>
      importsOf(path)
        .filter((name) => !name.startsWith(".") && !isBuiltin(name) && !isTypeOnly(path, name))
        .filter((name) => !Object.hasOwn(dependencies, packageOf(name)))
        .map((name) => `${path} imports ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("leaves tests and what only tests need behind", () => {
    expect(isStaged("workbench/testing/synthetic-run.ts")).toBe(false);
    expect(isStaged("trainer/run/journal.test.ts")).toBe(false);
    expect(isStaged("renderer/App.tsx")).toBe(false);
    expect(isStaged(join("resources", "base-model", "config.json"))).toBe(true);
  });

  it("takes of packages what runs here, and every licence", () => {
    for (const path of ["zod/index.js", "better-sqlite3/prebuilds/linux-x64.node", "ws/lib/socket.js", "x/src/LICENSE"])
      expect(isNeeded(path, "linux-x64"), path).toBe(true);
    for (const path of [
      ...[
        "zod/src/v4/core/schemas.ts",
        "better-sqlite3/deps/sqlite3/sqlite3.c",
        "better-sqlite3/prebuilds/win32-x64.node",
      ],
      ...["zod/index.d.cts", "x/.env", "x/index.js.map"],
    ])
      expect(isNeeded(path, "linux-x64"), path).toBe(false);
  });
});
