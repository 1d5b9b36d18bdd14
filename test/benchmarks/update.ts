/**
 * `npm run bench -- update [--before FOLDER] [--threads 1,2] [--rounds N] [--updates N] [--busy N] [--json FILE]`: times of
 * one update of the demo's size by phase, with the processor time it took. `--before` names another checkout with a built
 * engine, which does the same work in turns; `--busy` starts that many processes that compute all the while.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./alternate.ts";
import type { PhaseTimes } from "./update-worker.ts";

type Update = Record<string, PhaseTimes>;

class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string) {
    const script = fileURLToPath(new URL("./update-worker.ts", import.meta.url));
    this.#child = spawn(process.execPath, [script, folder], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async ask(threads: number, updates: number): Promise<Update[]> {
    this.#child.stdin!.write(`${JSON.stringify({ threads, updates })}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error("The measuring process ended; its own words stand above.");
    return JSON.parse(line.value) as Update[];
  }

  end(): void {
    this.#child.stdin!.end();
  }
}

const phases = ["vision", "rollout", "reference", "forward", "backward", "update"];

/** Medians over updates: of each phase's wall time, and of the whole update's wall, user and system time. Milliseconds. */
function summary(updates: readonly Update[]): Record<string, number> {
  const sum = (update: Update, kind: keyof PhaseTimes): number =>
    Object.values(update).reduce((total, phase) => total + phase[kind], 0);
  return {
    ...Object.fromEntries(phases.map((name) => [name, median(updates.map((update) => update[name]?.wall ?? 0))])),
    wall: median(updates.map((update) => sum(update, "wall"))),
    user: median(updates.map((update) => sum(update, "user"))),
    system: median(updates.map((update) => sum(update, "system"))),
  };
}

export async function benchUpdate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      before: { type: "string" },
      threads: { type: "string", default: "1,2" },
      rounds: { type: "string", default: "4" },
      updates: { type: "string", default: "4" },
      busy: { type: "string", default: "0" },
      json: { type: "string" },
    },
  });
  const folders: Record<string, string> = { ...(values.before ? { before: values.before } : {}), now: "." };
  const busy = Array.from({ length: Number(values.busy) }, () =>
    spawn(process.execPath, ["-e", "for (;;) Math.sqrt(Math.random());"], { stdio: "ignore" }),
  );
  const workers = Object.entries(folders).map(([name, folder]) => ({ name, worker: new Worker(folder) }));
  const rows: object[] = [];
  try {
    for (const threads of values.threads.split(",").map(Number)) {
      const updates = new Map<string, Update[]>();
      for (let round = 0; round < Number(values.rounds); round++)
        for (const { name, worker } of workers)
          updates.set(name, [...(updates.get(name) ?? []), ...(await worker.ask(threads, Number(values.updates)))]);
      for (const [name, list] of updates) {
        const row = summary(list);
        rows.push({ name, threads, busy: busy.length, ...row });
        const cells = Object.entries(row).map(([key, value]) => `${key} ${value.toFixed(0)}`);
        console.log(`${name.padEnd(7)} ${threads}t  ${cells.join("  ")}`);
      }
    }
  } finally {
    for (const { worker } of workers) worker.end();
    for (const child of busy) child.kill();
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows }, null, 2)}\n`);
}
