import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../../contract/journal.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { startWorker } from "../runs/launch.ts";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { crc32c, maskedCrc32c } from "./crc32c.ts";
import { curvesFor } from "./curves-for.ts";
import { eventsInForce } from "./events-in-force.ts";
import { exportRun } from "./export-run.ts";
import { importRuns } from "./import-runs.ts";
import { readEvent, scalarEvent } from "./tf-events.ts";
import { framed, readRecords } from "./tf-records.ts";

const FIXTURES = resolve("test/fixtures/interop");

type Metrics = Record<number, Record<string, number | null>>;

function events<Type extends JournalEvent["type"]>(data: string, run: string, type: Type) {
  const all = [...eventsInForce(runFolder(data, run))].map(({ event }) => event);
  return all.filter((event): event is Extract<JournalEvent, { type: Type }> => event.type === type);
}
const metricsOf = (data: string, run: string): Metrics =>
  Object.fromEntries(events(data, run, "step").map(({ step, metrics }) => [step, metrics]));
const rolloutsOf = (data: string, run: string) =>
  events(data, run, "rollout").map(({ step, text, reward, rewards, advantage, correct }) => {
    return { step, text, reward, rewards, advantage, correct };
  });

describe("TensorBoard's files", () => {
  it("sums as RFC 3720 says, masked as TensorFlow does", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, place) => place))).toBe(0x46dd794e);
    expect(maskedCrc32c(new TextEncoder().encode("foo"))).toBe(
      (((0xcfc4ae1d >>> 15) | (0xcfc4ae1d << 17)) + 0xa282ead8) >>> 0,
    );
  });

  it("reads an event that was put together by hand, byte after byte", () => {
    // wall_time 1.5, step 300, summary { value { tag "a", simple_value 0.25 } }
    const record = Uint8Array.from([
      ...[0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
      ...[0x10, 0xac, 0x02],
      ...[0x2a, 0x0a, 0x0a, 0x08, 0x0a, 0x01, 0x61, 0x15, 0, 0, 0x80, 0x3e],
    ]);
    const event = { wallTime: 1.5, step: 300, scalars: [{ tag: "a", value: 0.25 }] };
    expect(readEvent(record)).toEqual(event);
    expect([...scalarEvent(event)]).toEqual([...record]);
  });

  it("reads what torch writes: both kinds of scalars, and passes over text and histograms", async () => {
    const data = temporaryData();
    const [run] = await importRuns(data, join(FIXTURES, "events.out.tfevents.torch-2.13"), "torch");
    expect(run).toMatchObject({ name: "torch", tool: "TensorBoard", metrics: 4, steps: 20, problems: [] });
    const metrics = metricsOf(data, run!.id);
    expect(metrics[4]).toEqual({ loss: 0.5, reward: Math.fround(0.2), "eval/accuracy": Math.fround(0.54) });
    expect(metrics[3]!["bad"]).toBeNull();
    expect(events(data, run!.id, "step")[2]!.nonFinite).toEqual(["bad"]);
    expect(events(data, run!.id, "step")[3]!.time).toBe(1_700_000_004_000);
  });

  it("takes what stands before a damaged record, says where it is, and bears a torn end", async () => {
    const data = temporaryData();
    const whole = [1, 2, 3].map((step) =>
      framed(scalarEvent({ wallTime: 1, step, scalars: [{ tag: "a", value: step }] })),
    );
    const bytes = Buffer.concat(whole);
    const file = join(data, "x.tfevents");
    writeFileSync(file, bytes.subarray(0, -3));
    expect([...readRecords(file)]).toHaveLength(2);
    bytes[whole[0]!.length + 20]! ^= 1;
    writeFileSync(file, bytes);
    const [run] = await importRuns(data, file);
    expect(run!.problems).toMatchObject([
      { file, place: `byte ${whole[0]!.length}`, reason: "the checksum of a record is wrong" },
    ]);
    expect(metricsOf(data, run!.id)).toEqual({ 1: { a: 1 } });
    expect(events(data, run!.id, "data_error")).toHaveLength(1);
  });

  it("refuses files of no use with a sentence, and leaves no run behind", async () => {
    const data = temporaryData();
    const hostile: Record<string, Buffer | string> = {
      "empty.tfevents": "",
      "noise.tfevents": Buffer.from(Array.from({ length: 4000 }, (_, place) => (place * 7919) & 255)),
      "nonsense.tfevents": Buffer.from(framed(new Uint8Array(50).fill(0xff))),
      "long.tfevents": Buffer.from(framed(new Uint8Array(8))).fill(0xff, 0, 8),
      "prose.jsonl": "once upon a time\n".repeat(100),
      "list.jsonl": "[[1,2],[3]]",
      "completions_1.parquet": "PAR1 no parquet PAR1",
      "steps.jsonl": '{"step": -1, "loss": 2}\n{"step": 1e30, "loss": 2}\n',
    };
    for (const [name, content] of Object.entries(hostile)) {
      const folder = join(data, name.replace(".", "-"));
      mkdirSync(folder);
      writeFileSync(join(folder, name), content);
      await expect(importRuns(data, folder), name).rejects.toThrow(/^Nothing of .* can be imported \(.+\)\.$/);
    }
    await expect(importRuns(data, join(data, "nowhere"))).rejects.toThrow("is not there");
    await expect(importRuns(data, join(data, DATA_FOLDER.runs))).rejects.toThrow("holds nothing that can be imported");
  });
});

describe("runs of other trainers", () => {
  it("reads TRL's trainer_state.json with NaN inside and its completions in parquet, as one run", async () => {
    const data = temporaryData();
    const folder = join(data, "trl");
    mkdirSync(join(folder, "completions"), { recursive: true });
    mkdirSync(join(folder, "checkpoint-2"));
    writeFileSync(
      join(folder, "completions", "completions_00005.parquet"),
      readFileSync(join(FIXTURES, "completions_00005.parquet")),
    );
    writeFileSync(
      join(folder, "checkpoint-2", "trainer_state.json"),
      '{"log_history": [{"step": 1, "loss": 0.5, "reward": 1}, {"step": 2, "loss": NaN, "reward": 2}]}',
    );
    const imported = await importRuns(data, folder);
    expect(imported).toMatchObject([{ name: "trl", tool: "TRL", metrics: 2, steps: 2, rollouts: 8, problems: [] }]);
    const { id } = imported[0]!;
    expect(metricsOf(data, id)).toMatchObject({ 1: { loss: 0.5, reward: 1 }, 2: { loss: null, reward: 2 } });
    const groups = events(data, id, "group");
    expect(groups.map(({ question, rewardMean }) => [question, rewardMean])).toEqual(
      [0, 1, 2, 3].map((place) => [`Q${place}`, 1.5]),
    );
    expect(rolloutsOf(data, id)[1]).toEqual({
      step: 5,
      text: "<think>t</think><answer>B</answer>",
      reward: 2,
      rewards: { accuracy_reward: 1, format_reward: 1 },
      advantage: 0.7,
      correct: true,
    });
  });

  it("reads verl's rollouts by the file's step, grouped by prompt, and says which line is wrong", async () => {
    const data = temporaryData();
    const folder = join(data, "verl");
    mkdirSync(folder);
    const row = { input: "user\nQ", output: "A", gts: "A", score: 1, acc: true };
    const rows = [row, { ...row, output: "B", score: 0, acc: false }, { ...row, input: null }];
    writeFileSync(join(folder, "7.jsonl"), `${rows.map((one) => JSON.stringify(one)).join("\n")}\n{torn`);
    const [run] = await importRuns(data, folder);
    expect(run).toMatchObject({ rollouts: 2 });
    expect(run!.problems.map(({ place, reason }) => [place, reason])).toEqual([
      ["row 3", "it has no text under input or prompt"],
      ["row 4", "it is no JSON object"],
    ]);
    expect(events(data, run!.id, "group")).toMatchObject([{ step: 7, answer: "A", rewardMean: 0.5, dead: false }]);
  });

  it("can be looked at, not trained", async () => {
    const data = temporaryData();
    const [run] = await importRuns(data, join(FIXTURES, "events.out.tfevents.torch-2.13"));
    expect(() => startWorker(data, run!.id)).toThrow("was imported from TensorBoard");
  });
});

describe("export and import again", () => {
  const data = temporaryData();
  writeSyntheticRun(data, "own", 12, 2);
  const source = runFolder(data, "own");
  const again = async (format: "tfevents" | "jsonl" | "verl" | "trl"): Promise<string> => {
    const exported = exportRun(source, format, join(data, `out-${format}`, "own.jsonl"));
    return (await importRuns(data, exported.path))[0]!.id;
  };
  const all = (): Metrics =>
    Object.fromEntries(
      events(data, "own", "step").map(({ step, metrics, timings, memory = {} }) => {
        const prefixed = (values: object, kind: string) =>
          Object.entries(values).map(([name, value]) => [kind + name, value]);
        return [
          step,
          Object.fromEntries([
            ...Object.entries(metrics),
            ...prefixed(timings, "time/"),
            ...prefixed(memory, "memory/"),
          ]),
        ];
      }),
    );

  it("gives every value back: as JSONL exactly, as event file in float32", async () => {
    expect(metricsOf(data, await again("jsonl"))).toEqual(all());
    const rounded = Object.fromEntries(
      Object.entries(all()).map(([step, metrics]) => [
        step,
        Object.fromEntries(
          Object.entries(metrics).map(([name, value]) => [name, value === null ? null : Math.fround(value)]),
        ),
      ]),
    );
    expect(metricsOf(data, await again("tfevents"))).toEqual(rounded);
  });

  it("gives every rollout back with its reward, as verl and as TRL write them", async () => {
    const own = rolloutsOf(data, "own");
    expect(own.length).toBeGreaterThan(0);
    // Groups may come in another order.
    const place = ({ step, text, reward }: (typeof own)[number]): string => `${step} ${text} ${reward}`;
    const sorted = (rollouts: typeof own) => rollouts.sort((left, right) => (place(left) < place(right) ? -1 : 1));
    expect(sorted(rolloutsOf(data, await again("verl")))).toEqual(sorted(own));
    expect(sorted(rolloutsOf(data, await again("trl")))).toEqual(sorted(own));
  });

  it("writes a CSV of as many lines as steps, and overwrites nothing", () => {
    const { path, steps } = exportRun(source, "csv", join(data, "own.csv"));
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(steps + 1);
    expect(new Set(lines.map((line) => line.split(",").length)).size).toBe(1);
    expect(() => exportRun(source, "csv", path)).toThrow("is there already");
    expect(() => exportRun(source, "tfevents", join(data, "own-tfevents"))).toThrow("takes a folder");
  });
});

describe("what an imported run's page begins with", () => {
  it("shows the reward, then metrics by the groups of their names, and repeats no curve that every run has", () => {
    const names = [
      "loss",
      "kl",
      "actor/lr",
      "actor/pg",
      "reward_std",
      "reward",
      ...Array.from({ length: 9 }, (_, n) => `val/${n}`),
    ];
    expect(curvesFor(names).map(({ title, metrics }) => [title, metrics.length])).toEqual([
      ["Reward", 2],
      ["actor", 2],
      ["val", 6],
    ]);
  });
});
