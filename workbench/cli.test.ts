import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "./commands/index.ts";
import { helpOf } from "./commands/command.ts";
import { temporaryData, writeSyntheticRun } from "./testing/temporary.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function secondlook(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, "cli.ts"), ...args], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe("the command line", () => {
  it("names every command in its overview", async () => {
    const { code, out } = await secondlook("--help");
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toContain(command.name);
  });

  it("explains every option of every command", () => {
    for (const command of COMMANDS) {
      const help = helpOf(command);
      for (const [name, option] of Object.entries(command.options)) {
        const said = help.includes(`--${name}`) || help.includes(`--no-${name}`);
        expect(said, `${command.name} --${name} (${option.type})`).toBe(true);
      }
    }
  });

  it.each([[["nonsense"]], [["train"]], [["resume"]], [["runs", "--colour"]], [["serve", "--port", "high"]]])(
    "ends with 2 on wrong usage: %j",
    async (args) => {
      const { code, err } = await secondlook(...args);
      expect(code).toBe(2);
      expect(err).not.toContain("    at ");
    },
  );

  it("ends with 1 and a sentence when something is missing", async () => {
    const { code, err } = await secondlook("resume", "no-such-run", "--data", temporaryData());
    expect(code).toBe(1);
    expect(err).toMatch(/There is no run "no-such-run" .*secondlook runs/);
  });

  it("lists runs without a service, as a table and as JSON", async () => {
    const data = temporaryData();
    writeSyntheticRun(data, "one", 6, 0);
    expect((await secondlook("runs", "--data", data)).out).toMatch(/one +Synthetic one +completed +6\/6/);
    const list = JSON.parse((await secondlook("runs", "--json", "--data", data)).out) as { id: string }[];
    expect(list.map((run) => run.id)).toEqual(["one"]);
  });
});
