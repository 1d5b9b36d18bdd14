import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlReader } from "./control.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "secondlook-control-"))));
afterEach(() => rmSync(folder, { recursive: true }));
const write = (text: string): void => appendFileSync(join(folder, "control.ndjson"), text);

describe("the control file", () => {
  it("gives each command once, and a half-written line only when it is whole", () => {
    const reader = new ControlReader(folder, new Set());
    expect(reader.poll().commands).toEqual([]);
    write('{"id":"a","command":"pause"}\n{"id":"b","comm');
    expect(reader.poll().commands).toEqual([{ id: "a", command: "pause" }]);
    write('and":"resume"}\n');
    expect(reader.poll().commands).toEqual([{ id: "b", command: "resume" }]);
    expect(reader.poll().commands).toEqual([]);
  });

  it("does not repeat what an earlier attempt acknowledged", () => {
    write('{"id":"a","command":"checkpoint"}\n{"id":"b","command":"checkpoint"}\n');
    const reader = new ControlReader(folder, new Set(["a"]));
    expect(reader.poll().commands.map((command) => command.id)).toEqual(["b"]);
  });

  it("refuses nonsense with a reason and goes on", () => {
    const reader = new ControlReader(folder, new Set());
    write('nonsense\n{"id":"x","command":"explode"}\n{"id":"y","command":"stop","save":true}\n');
    const poll = reader.poll();
    expect(poll.refused.map((refused) => refused.id)).toEqual(["line-1", "x"]);
    expect(poll.commands.map((command) => command.id)).toEqual(["y"]);
  });
});
