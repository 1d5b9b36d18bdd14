/** What lies in a run's folder: journals, commands and settings that somebody else wrote or that were damaged. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ControlReader } from "../../trainer/run/control.ts";
import { scanJournal } from "../../trainer/run/journal-scan.ts";
import { readRunConfig } from "../../trainer/run/run-config.ts";
import { openIndexInMemory } from "../../workbench/store/databases.ts";
import { Ingest } from "../../workbench/store/ingest.ts";
import { readTokens } from "../../workbench/store/rollouts.ts";
import { readSeries } from "../../workbench/store/series.ts";
import { JournalWriter } from "../../workbench/testing/journal-writer.ts";
import { stepBody, temporaryData, writeSyntheticRun } from "../../workbench/testing/temporary.ts";
import { refusalOf } from "./expect-refusal.ts";

const runIn = (data: string, id = "run"): string => {
  const folder = join(data, "runs", id);
  mkdirSync(folder, { recursive: true });
  return folder;
};
const envelope = (seq: number): string => `"v":1,"attempt":1,"seq":${seq},"time":1`;

/** Lines that are no events, of every kind. */
const GARBAGE: readonly (string | Buffer)[] = [
  "garbage",
  "null",
  "5",
  "[]",
  '"text"',
  "{}",
  "{",
  '{"type":null}',
  '{"type":"step"}',
  '{"type":"rollout"}',
  '{"type":"rollout","tokens":null}',
  '{"type":"rollout","tokens":{"offset":1e300,"bytes":1e300}}',
  '{"type":"data_error"}',
  '{"type":"resume","attempt":"x"}',
  `{${envelope(1)},"type":"step","step":"one"}`,
  `{${envelope(2)},"type":"step","step":1e300,"stage":"rl","stageStep":1,"metrics":{},"timings":{}}`,
  `{${envelope(3)},"type":"step","step":-1,"stage":"rl","stageStep":1,"metrics":{"loss":"low"},"timings":{}}`,
  `{${envelope(4)},"type":"__proto__"}`,
  `{${envelope(5)},"type":"toString"}`,
  `{"v":1,"attempt":1e308,"seq":0,"time":1,"type":"phase","phase":"x"}`,
  `{"v":99,"attempt":1,"seq":0,"time":1,"type":"step"}`,
  `{"__proto__":{"type":"step"},"x":1}`,
  `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
  "[".repeat(200_000),
  `{"type":"${"x".repeat(1_000_000)}"}`,
  Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc0, 0x22]),
  Buffer.alloc(10_000),
  "\ufeff{}",
];

function garbageJournal(folder: string): void {
  const path = join(folder, "journal.0.ndjson");
  const writer = new JournalWriter(folder);
  writer.write(stepBody(1, { loss: 2 }), 1);
  writer.flush();
  for (const line of GARBAGE) {
    appendFileSync(path, line);
    appendFileSync(path, "\n");
  }
  writer.write(stepBody(2, { loss: 1 }), 2);
  writer.flush();
}

describe("journals", () => {
  it("the service counts garbage lines, keeps what is good and goes on", () => {
    const data = temporaryData();
    garbageJournal(runIn(data));
    const writer = new JournalWriter(runIn(data, "other"));
    writer.write(stepBody(1, { loss: 5 }), 1);
    writer.flush();
    const database = openIndexInMemory();
    const ingest = new Ingest(database, data);
    const started = performance.now();
    for (const run of ingest.runFolders()) ingest.run(run);
    expect(performance.now() - started).toBeLessThan(15_000);
    const losses = (run: string): number[] =>
      readSeries(database, { run, metrics: ["loss"] })[0]!.points.map((point) => point.value as number);
    expect(losses("run")).toEqual([2, 1]);
    expect(losses("other")).toEqual([5]);
    expect(({} as Record<string, unknown>)["type"]).toBeUndefined();
  });

  it("a worker that resumes scans them to the end", async () => {
    const folder = runIn(temporaryData());
    garbageJournal(folder);
    const scan = await scanJournal(join(folder, "journal.0.ndjson"));
    expect(scan.lastAttempt).toBeGreaterThanOrEqual(1);
    expect(scan.tokenBytes).toBe(0);
    expect(scan.wholeBytes).toBeGreaterThan(0);
  });

  it("a journal of one endless line waits for its end", () => {
    const data = temporaryData();
    writeFileSync(join(runIn(data), "journal.0.ndjson"), "x".repeat(20_000_000));
    expect(new Ingest(openIndexInMemory(), data).run("run").events).toBe(0);
  });

  it("a folder or a pipe in a journal's place stops neither its run nor others", () => {
    const data = temporaryData();
    mkdirSync(join(runIn(data, "folder"), "journal.0.ndjson"));
    execFileSync("mkfifo", [join(runIn(data, "pipe"), "journal.0.ndjson")]);
    const ingest = new Ingest(openIndexInMemory(), data);
    for (const run of ["folder", "pipe"]) expect(ingest.run(run).events).toBe(0);
  });
});

describe("token blocks", () => {
  it("a rollout that claims any place and size costs no memory", async () => {
    const data = temporaryData();
    const folder = runIn(data);
    const run = writeSyntheticRun(data, "run", 1);
    expect(run).toBeDefined();
    const path = join(folder, "journal.0.ndjson");
    const rollout = readFileSync(path, "utf8")
      .split("\n")
      .find((line) => line.includes('"type":"rollout"'))!;
    const event = JSON.parse(rollout) as { seq: number; tokens: Record<string, unknown> };
    const blocks = [
      { offset: 0, bytes: 2 ** 42, count: 2 ** 40, channels: ["ids"] },
      { offset: 2 ** 50, bytes: 4, count: 1, channels: ["ids"] },
      { offset: -8, bytes: 4, count: 1, channels: ["ids"] },
      { offset: 0, bytes: 4, count: 2 ** 30, channels: ["ids"] },
      { offset: 0, bytes: 8, count: 1, channels: ["ids", "__proto__"] },
    ];
    for (const [place, block] of blocks.entries()) {
      const tokens = { ...event.tokens, ...block };
      appendFileSync(path, `${JSON.stringify({ ...event, seq: 1000 + place, tokens })}\n`);
    }
    const database = openIndexInMemory();
    new Ingest(database, data).run("run");
    const lines = database
      .prepare("SELECT line FROM rollouts WHERE run = 'run' ORDER BY line")
      .pluck()
      .all() as number[];
    expect(lines.length).toBeGreaterThan(blocks.length);
    for (const line of lines.slice(-blocks.length)) {
      const error = await refusalOf(() => readTokens(database, folder, "run", line));
      expect(error.message).toMatch(/tokens\.0\.bin: the token block .* cut off or altered/);
    }
  });
});

describe("control.ndjson", () => {
  it("garbage is refused line by line and commands between it are taken", () => {
    const folder = runIn(temporaryData());
    const path = join(folder, "control.ndjson");
    const commands = [
      '{"id":"a","command":{"toString":5}}',
      '{"id":"b","command":["x"]}',
      '{"id":{},"command":"pause"}',
      '{"id":"c","command":"explode"}',
      '{"id":"d","command":"set_knob","knob":"__proto__","value":1}',
      '{"id":"e","command":"set_knob","knob":"learningRate","value":1e999}',
      '{"id":"f","command":"set_knob","knob":"learningRate","value":null}',
      '{"id":"g","command":"stop","save":"yes"}',
    ];
    for (const line of [
      ...GARBAGE,
      ...commands,
      '{"id":"good","command":"pause"}',
      '{"id":"good","command":"resume"}',
    ]) {
      appendFileSync(path, line);
      appendFileSync(path, "\n");
    }
    const reader = new ControlReader(folder, new Set());
    const { commands: taken, refused } = reader.poll();
    expect(taken).toEqual([{ id: "good", command: "pause" }]);
    expect(refused).toHaveLength(GARBAGE.length + commands.length);
    for (const { reason } of refused) expect(reason).toMatch(/^Line \d+ of control\.ndjson/);
    expect(reader.poll()).toEqual({ commands: [], refused: [] });
  });
});

describe("run.json", () => {
  const valid = {
    id: "run",
    name: "run",
    recipe: "video-r1",
    preset: "tiny",
    seed: 1,
    overrides: {},
    model: "/model",
    data: { train: "/train.json", mediaRoot: "/media" },
    createdAt: 0,
  };
  const contents: Record<string, string> = {
    empty: "",
    "no JSON": "{",
    "a list": "[]",
    null: "null",
    "brackets without end": "[".repeat(1e6),
    "no data": JSON.stringify({ ...valid, data: undefined }),
    "a seed of text": JSON.stringify({ ...valid, seed: "one" }),
    "a seed in parts": JSON.stringify({ ...valid, seed: 0.5 }),
    "an unknown recipe": JSON.stringify({ ...valid, recipe: "__proto__" }),
    "an unknown preset": JSON.stringify({ ...valid, preset: "constructor" }),
    "an unknown setting": JSON.stringify({ ...valid, overrides: { "rl.nothing": 1 } }),
    "a setting of a prototype": JSON.stringify({ ...valid, overrides: { toString: 1 } }),
    "a setting of the wrong type": JSON.stringify({ ...valid, overrides: { "rl.steps": "many" } }),
    "a setting below its range": JSON.stringify({ ...valid, overrides: { "rl.groupSize": -1 } }),
    "a setting that is null": JSON.stringify({ ...valid, overrides: { "rl.steps": null } }),
    "an infinite setting": JSON.stringify({ ...valid, overrides: { "rl.steps": 0.5 } }).replace("0.5", "1e999"),
    "settings that contradict": JSON.stringify({
      ...valid,
      overrides: { "vision.minFrames": 16, "vision.maxFrames": 4 },
    }),
  };
  it.each(Object.keys(contents))("%s", async (name) => {
    const folder = runIn(temporaryData());
    writeFileSync(join(folder, "run.json"), contents[name]!);
    const error = await refusalOf(() => readRunConfig(folder));
    expect(error.message).toMatch(/[.?]$/);
    expect(error.message.length).toBeGreaterThan(30);
    expect(error.message.length).toBeLessThan(1500);
  });

  it("a file that is not there", async () => {
    const folder = runIn(temporaryData());
    expect((await refusalOf(() => readRunConfig(folder))).message).toContain("run.json");
  });
});
