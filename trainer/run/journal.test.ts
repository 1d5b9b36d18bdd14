import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { crc32 } from "node:zlib";
import { journalEventSchema, type EventBody, type TokenBlock } from "../../contract/journal.ts";
import { Journal, finiteMetrics } from "./journal.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "secondlook-journal-"))));
afterEach(() => rmSync(folder, { recursive: true }));
const lines = (): Record<string, unknown>[] =>
  readFileSync(join(folder, "journal.0.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const notice = (message: string): EventBody => ({ type: "notice", level: "info", message, step: 0 });
const rollout = (tokens: TokenBlock): EventBody => ({
  type: "rollout",
  step: 1,
  group: "1-0-ordered",
  index: 0,
  text: "",
  stopReason: "stop",
  prediction: "",
  correct: false,
  rewards: {},
  reward: 0,
  advantage: 0,
  tokens,
});
const someTokens = { ids: Int32Array.of(1, 2, 3), logProb: Float32Array.of(-1, -2, -3) };

describe("the journal's writer", () => {
  it("numbers events without gaps and writes what the schema allows", async () => {
    const journal = await Journal.open(folder);
    journal.append(notice("one"));
    journal.append({
      type: "step",
      step: 1,
      stage: "sft",
      stageStep: 1,
      ...finiteMetrics({ loss: NaN, kl: 0.5 }),
      timings: {},
    });
    journal.close();
    expect(lines().map((line) => [line["attempt"], line["seq"]])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    for (const line of lines()) journalEventSchema.parse(line);
    expect(lines()[1]).toMatchObject({ metrics: { loss: null, kl: 0.5 }, nonFinite: ["loss"] });
  });

  it("lays token arrays where the lines say, with their checksum", async () => {
    const journal = await Journal.open(folder);
    journal.append(rollout(journal.appendTokens(someTokens)));
    const second = journal.appendTokens(someTokens);
    journal.close();
    const bytes = readFileSync(join(folder, "tokens.0.bin"));
    expect(second).toMatchObject({ offset: 24, bytes: 24, count: 3, channels: ["ids", "logProb"] });
    expect(crc32(bytes.subarray(24, 48))).toBe(second.crc);
    expect([bytes.readInt32LE(24), bytes.readFloatLE(36)]).toEqual([1, -1]);
  });

  it("keeps nothing on disk before a flush", async () => {
    const journal = await Journal.open(folder);
    journal.append(notice("later"));
    expect(statSync(join(folder, "journal.0.ndjson")).size).toBe(0);
    journal.flush();
    expect(lines()).toHaveLength(1);
    journal.close();
  });

  it("cuts off a torn last line and token bytes that no line names, and goes on as the next attempt", async () => {
    const first = await Journal.open(folder);
    first.append(rollout(first.appendTokens(someTokens)));
    first.close();
    appendFileSync(join(folder, "journal.0.ndjson"), '{"v":1,"attempt":1,"seq":1,"ti');
    appendFileSync(join(folder, "tokens.0.bin"), Buffer.alloc(10));
    const second = await Journal.open(folder);
    expect([second.attempt, second.before.tokenBytes]).toEqual([2, 24]);
    second.append(notice("again"));
    expect(second.appendTokens(someTokens).offset).toBe(24);
    second.close();
    expect(lines().map((line) => [line["attempt"], line["seq"]])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it("numbers attempts past those that died before they wrote more than their first line", async () => {
    for (const attempt of [1, 2, 3, 4]) {
      const journal = await Journal.open(folder);
      expect(journal.attempt).toBe(attempt);
      journal.append(notice("preparing"));
      journal.close();
    }
  });

  it("gives the same truth wherever the last line was cut", async () => {
    const journal = await Journal.open(folder);
    journal.append(notice("kept"));
    journal.append(notice("torn"));
    journal.close();
    const whole = statSync(join(folder, "journal.0.ndjson")).size;
    const path = join(folder, "journal.0.ndjson");
    const firstLine = readFileSync(path, "utf8").indexOf("\n") + 1;
    for (const size of [whole - 1, whole - 5, firstLine + 1]) {
      truncateSync(path, size);
      const again = await Journal.open(folder);
      again.close();
      expect(lines()).toHaveLength(1);
    }
  });

  it("keeps what stands after a damaged line in the middle", async () => {
    const journal = await Journal.open(folder);
    journal.append(notice("one"));
    journal.close();
    const path = join(folder, "journal.0.ndjson");
    appendFileSync(path, '{"v":1,"type":"step", broken\n');
    appendFileSync(path, JSON.stringify({ v: 1, attempt: 3, seq: 0, time: 1, type: "resume", fromStep: 0 }) + "\n");
    const again = await Journal.open(folder);
    expect(again.attempt).toBe(4);
    again.close();
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(4);
  });
});
