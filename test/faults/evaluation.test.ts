/**
 * Evaluations that can be trusted: a killed pass goes on to the same bytes, a second pass gives them too, and what a run
 * journalled of itself while training is what is measured of its checkpoint afterwards, to the last digit.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EvaluatedItem, EvaluationResult } from "../../contract/evaluation.ts";
import type { EventOf } from "../../contract/journal.ts";
import { createEvaluation, evaluationFolder } from "../../workbench/evaluations/new-evaluation.ts";
import { openIndexInMemory } from "../../workbench/store/databases.ts";
import { indexedItems, indexEvaluation } from "../../workbench/store/evaluations.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import { makeRun, makeTinyWorld, startWorker } from "../support/tiny-run.ts";

const data = mkdtempSync(join(tmpdir(), "secondlook-evaluation-"));
let world = { model: "", pack: "" };
let run = "";
let whole = "";

const checkpoint = (): string => join(run, "checkpoints", "step-000002-sft");
const bytes = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");
const itemsOf = (folder: string, model: number): EvaluatedItem[] =>
  bytes(folder, `items.${model}.ndjson`)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as EvaluatedItem);
const resultOf = (folder: string): EvaluationResult => JSON.parse(bytes(folder, "result.json")) as EvaluationResult;

function startEvaluation(folder: string) {
  const child = spawn(process.execPath, [resolve("trainer/evaluation/main.ts"), folder, data], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SECONDLOOK_THREADS: "1" },
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((done) => child.on("close", done));
  return { child, ended, output: () => Buffer.concat(chunks).toString("utf8") };
}

async function finish(folder: string): Promise<void> {
  const evaluation = startEvaluation(folder);
  expect(await evaluation.ended, evaluation.output()).toBe(0);
}

/** The same request again in a folder of its own, as it was before anything was answered. */
function newEvaluation(): string {
  const file = join(world.pack, "heldout.json");
  const { id } = createEvaluation(data, {
    benchmark: "sample-pack-heldout",
    file,
    models: [checkpoint(), world.model],
    preset: "as-trained",
    mediaRoot: world.pack,
  });
  return evaluationFolder(data, id);
}

function expectTheSame(folder: string): void {
  for (const name of ["items.0.ndjson", "items.1.ndjson", "result.json"]) {
    expect(bytes(folder, name) === bytes(whole, name), name).toBe(true);
  }
}

beforeAll(async () => {
  world = await makeTinyWorld(data);
  const heldOut = { heldOut: join(world.pack, "heldout.json") };
  run = makeRun(data, world, "trained", { "sft.steps": 2, "rl.steps": 0, "evaluation.every": 0 }, heldOut);
  const worker = startWorker(run);
  expect(await worker.ended, worker.output()).toBe(0);
  whole = newEvaluation();
  await finish(whole);
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe("an evaluation", () => {
  it("gives, for a run's checkpoint, what the run journalled while it trained", () => {
    const events = readJournal(join(run, "journal.0.ndjson"));
    const journalled = events.find(
      (event): event is typeof event & EventOf<"evaluation"> =>
        event["type"] === "evaluation" && event["label"] === "sft" && event["split"] === "heldout",
    ) as unknown as EventOf<"evaluation">;
    const { views } = resultOf(whole).models[0]!;
    expect(views["ordered"]!.n).toBe(journalled.n);
    expect(views["ordered"]!.metrics["score"]!.value).toBe(journalled.accuracy);
    expect(views["ordered"]!.metrics["score"]!.interval).toEqual(journalled.interval);
    expect(views["ordered"]!.formatRate).toBe(journalled.formatRate);
    expect(views["ordered"]!.meanTokens).toBe(journalled.meanLength);
    expect(views["question-only"]!.metrics["score"]!.value).toBe(journalled.accuracyQuestionOnly);
    const said = new Map(
      (events as unknown as EventOf<"evaluation_item">[])
        .filter((event) => event.type === "evaluation_item" && event.label === "sft" && event.split === "heldout")
        .map((event) => [`${event.view} ${event.sampleId}`, [event.text, event.prediction, event.score]]),
    );
    const items = itemsOf(whole, 0).filter((item) => said.has(`${item.view} ${item.sampleId}`));
    expect(items.length).toBe(said.size);
    for (const item of items) {
      expect([item.text, item.prediction, item.scores["score"]]).toEqual(said.get(`${item.view} ${item.sampleId}`));
    }
  });

  it("gives the same bytes a second time", async () => {
    const again = newEvaluation();
    await finish(again);
    expectTheSame(again);
  });

  it("goes on from any item, a torn line cut off, to the same bytes", async () => {
    const lines = bytes(whole, "items.0.ndjson").split("\n");
    for (const kept of [0, Math.floor(lines.length / 3), lines.length - 3]) {
      const torn = newEvaluation();
      cpSync(whole, torn, { recursive: true });
      rmSync(join(torn, "result.json"));
      const offset = Buffer.byteLength(lines.slice(0, kept).join("\n")) + 40;
      truncateSync(join(torn, "items.0.ndjson"), offset);
      truncateSync(join(torn, "items.1.ndjson"), Math.min(offset + 100, statSync(join(whole, "items.1.ndjson")).size));
      await finish(torn);
      expectTheSame(torn);
    }
  });

  it("goes on after SIGKILL, and after a stop says so with code 3", async () => {
    const killed = newEvaluation();
    const first = startEvaluation(killed);
    await waitFor(
      "the first answers",
      () => statSync(join(killed, "items.0.ndjson"), { throwIfNoEntry: false })?.size,
      60_000,
      first.output,
    );
    first.child.kill("SIGKILL");
    await first.ended;
    const second = startEvaluation(killed);
    second.child.kill("SIGTERM");
    expect([0, 3, null]).toContain(await second.ended);
    await finish(killed);
    expectTheSame(killed);
  });

  it("keeps a question whose video is missing as an item with the reason, and goes on", async () => {
    const clip = itemsOf(whole, 0)[0]!.media!.path;
    const broken = newEvaluation();
    renameSync(join(world.pack, clip), join(world.pack, `${clip}.away`));
    try {
      await finish(broken);
    } finally {
      renameSync(join(world.pack, `${clip}.away`), join(world.pack, clip));
    }
    const [item] = itemsOf(broken, 0);
    expect(item!.error).toMatchObject({ reason: "the file does not exist" });
    expect(item!.scores).toEqual({});
    const { ordered } = resultOf(broken).models[0]!.views;
    expect(ordered!.errors).toBeGreaterThan(0);
    expect(ordered!.n + ordered!.errors).toBe(resultOf(broken).benchmark.items);
  });

  it("refuses weights or questions that changed meanwhile", async () => {
    const changed = newEvaluation();
    const path = join(changed, "evaluation.json");
    const request = JSON.parse(readFileSync(path, "utf8")) as { benchmark: { fileHash: string } };
    request.benchmark.fileHash = "0".repeat(64);
    writeFileSync(path, JSON.stringify(request));
    const evaluation = startEvaluation(changed);
    expect(await evaluation.ended).toBe(1);
    expect(evaluation.output()).toMatch(/no longer what it was when this evaluation began/);
  });

  it("stands in the index item by item, as it lies in its file", () => {
    const id = whole.split("/").at(-1)!;
    const database = openIndexInMemory();
    indexEvaluation(database, data, id);
    indexEvaluation(database, data, id);
    const ordered = itemsOf(whole, 1).filter(({ view }) => view === "ordered");
    expect(indexedItems(database, id, 1, "ordered")).toEqual(ordered.sort((a, b) => a.position - b.position));
    database.close();
  });
});
