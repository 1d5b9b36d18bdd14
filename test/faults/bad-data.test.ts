/** Broken media and rows are named with place and remedy, counted, and cost nothing but themselves. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJournal, waitFor } from "../support/processes.ts";
import { makeRun, makeTinyWorld, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-bad-"));
let world = { model: "", pack: "" };
beforeAll(async () => {
  world = await makeTinyWorld(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const eventsOf = (run: string): Record<string, unknown>[] =>
  existsSync(join(run, "journal.0.ndjson")) ? readJournal(join(run, "journal.0.ndjson")) : [];

describe("a run on bad data", () => {
  it("goes on without the bad rows and reports each with file, place and remedy", async () => {
    const rows = JSON.parse(readFileSync(join(world.pack, "train.json"), "utf8")) as Record<string, unknown>[];
    const clips = join(world.pack, "clips");
    const good = join(world.pack, rows[0]!["path"] as string);
    const bytes = readFileSync(good);
    writeFileSync(join(clips, "truncated.mp4"), bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    writeFileSync(join(clips, "text.mp4"), "Nothing to see here.\nNothing at all.\n");
    writeFileSync(join(clips, "playlist.mp4"), `#EXTM3U\n#EXTINF:4,\n${good}\n#EXT-X-ENDLIST\n`);
    writeFileSync(join(folder, "outside.mp4"), bytes);
    symlinkSync(join(folder, "outside.mp4"), join(clips, "link.mp4"));
    const bad = ["truncated", "text", "playlist", "missing", "link"];
    const broken = bad.map((name) => ({ ...rows[0], problem_id: name, path: `./clips/${name}.mp4` }));
    const { solution: _solution, ...malformed } = rows[1]!;
    const file = join(world.pack, "mixed.json");
    writeFileSync(file, JSON.stringify([...rows.slice(0, 4), malformed, ...broken]));
    const run = makeRun(folder, world, "bad", { "sft.steps": 0, "rl.steps": 8 }, { train: file });
    const worker = startWorker(run);
    expect(await worker.ended, worker.output()).toBe(0);

    const events = eventsOf(run);
    const errors = events.filter(({ type }) => type === "data_error") as Record<string, string>[];
    const named = (name: string): Record<string, string> => errors.find(({ file: at }) => at!.endsWith(name))!;
    expect(errors).toHaveLength(6);
    expect(errors.every(({ place, reason, remedy }) => place !== "" && reason !== "" && remedy !== "")).toBe(true);
    expect(named("mixed.json")).toMatchObject({ place: "row 5, field solution" });
    expect(named("truncated.mp4").reason).toContain("cannot decode");
    expect(named("text.mp4").reason).toContain("no video or picture");
    expect(named("playlist.mp4").reason).toContain("playlists");
    expect(named("missing.mp4").reason).toContain("does not exist");
    expect(named("link.mp4").reason).toContain("leads out of the media root");
    const used = events.filter(({ type }) => type === "group") as { sampleId: string }[];
    expect(used.length).toBeGreaterThan(0);
    expect(used.some(({ sampleId }) => bad.includes(sampleId))).toBe(false);
    expect(events.filter(({ type }) => type === "step")).toHaveLength(8);
    expect(events.at(-1)).toMatchObject({ type: "run_ended", status: "completed" });
  });

  it("ends with a sentence when nothing can be used, or a setting is wrong", async () => {
    const empty = makeRun(folder, world, "empty", {}, { train: join(folder, "nowhere.json") });
    const first = startWorker(empty);
    expect(await first.ended).toBe(1);
    expect(eventsOf(empty).at(-1)).toMatchObject({ status: "failed", reason: expect.stringContaining("nowhere.json") });

    const wrong = makeRun(folder, world, "wrong", { "rl.groupSize": -3 });
    const second = startWorker(wrong);
    expect(await second.ended).toBe(2);
    expect(eventsOf(wrong).at(-1)).toMatchObject({ status: "failed", reason: expect.stringContaining("rl.groupSize") });
  });
});

describe("control", () => {
  it("pauses, sets a knob, saves and stops at step boundaries, each acknowledged once", async () => {
    const run = makeRun(folder, world, "controlled", { "sft.steps": 0, "rl.steps": 200, "evaluation.every": 0 });
    const command = (value: object): void => appendFileSync(join(run, "control.ndjson"), `${JSON.stringify(value)}\n`);
    const acks = (): Record<string, unknown>[] => eventsOf(run).filter(({ type }) => type === "control_ack");
    const steps = (): number => eventsOf(run).filter(({ type }) => type === "step").length;
    const worker = startWorker(run);
    const until = (what: string, probe: () => boolean) => waitFor(what, probe, 60_000, worker.output);
    await until("two steps", () => steps() >= 2);
    command({ id: "1", command: "pause" });
    await until("the pause", () => acks().length === 1);
    const paused = steps();
    command({ id: "2", command: "set_knob", knob: "learningRate", value: 0.25 });
    command({ id: "3", command: "set_knob", knob: "temperature", value: -4 });
    command({ id: "4", command: "checkpoint" });
    await until("three more answers", () => acks().length === 4);
    expect(steps()).toBe(paused);
    command({ id: "5", command: "resume" });
    await until("another step", () => steps() > paused);
    command({ id: "6", command: "stop", save: true });
    expect(await worker.ended, worker.output()).toBe(0);
    expect(acks().map(({ id, accepted }) => [id, accepted])).toEqual([
      ["1", true],
      ["2", true],
      ["3", false],
      ["4", true],
      ["5", true],
      ["6", true],
    ]);
    const last = eventsOf(run)
      .filter(({ type }) => type === "step")
      .at(-1) as { metrics: Record<string, number> };
    expect(last.metrics["learning_rate"]).toBeGreaterThan(0.01);
    expect(eventsOf(run).at(-1)).toMatchObject({ type: "run_ended", status: "stopped" });

    const again = startWorker(run);
    await waitFor(
      "a step of the second attempt",
      () => eventsOf(run).some((e) => e["type"] === "step" && e["attempt"] === 2),
      60_000,
    );
    again.child.kill("SIGTERM");
    await again.ended;
    const resumed = eventsOf(run).find((e) => e["type"] === "step" && e["attempt"] === 2) as {
      metrics: Record<string, number>;
    };
    expect(resumed.metrics["learning_rate"]).toBeGreaterThan(0.01);
    expect(acks()).toHaveLength(6);
  });
});
