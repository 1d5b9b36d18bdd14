/** A data folder of old and newer runs with frames, checkpoints and evaluations, for tests of what is kept of them. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EVALUATION_FOLDER } from "../../contract/evaluation.ts";
import type { RetentionRule } from "../../contract/methods/upkeep.ts";
import { DATA_FOLDER, RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { evaluationIds } from "../evaluations/read.ts";
import { openIndex, type Db } from "../store/databases.ts";
import { indexEvaluation } from "../store/evaluations.ts";
import { Ingest } from "../store/ingest.ts";
import { applyRetention, previewRetention, type RetentionWorld } from "../upkeep/retention.ts";
import { JournalWriter } from "./journal-writer.ts";

const DAY_MS = 24 * 60 * 60_000;

/** Runs that ended ten days ago are old; of them only the newest checkpoint stays, and no frame. */
export const OLD_RULE: RetentionRule = {
  automatic: true,
  afterDays: 10,
  keepNewest: 0,
  checkpoints: "newest",
  frames: false,
};

interface OldRunOptions {
  /** Null: it has not ended. */
  readonly endedDaysAgo?: number | null;
  readonly marked?: boolean;
  readonly checkpoints?: readonly string[];
  /** Files of each checkpoint. */
  readonly files?: number;
  readonly config?: object;
}

type KnownRun = RetentionWorld["runs"][number] & { readonly marked: boolean };

export class OldWorld {
  readonly data: string;
  readonly now = Date.now();
  readonly #index: Db;
  readonly #runs: KnownRun[] = [];
  readonly #names = new Map<string, string>();

  constructor(data: string) {
    this.data = data;
    this.#index = openIndex(data);
  }

  folderOf(run: string): string {
    return runFolder(this.data, run);
  }

  /** A run whose journal names frames, that are in the frame store and were last looked at 30 days ago. */
  run(id: string, frames: readonly string[], options: OldRunOptions = {}): void {
    const { endedDaysAgo = 30, marked = false, checkpoints = [], files = 1, config = {} } = options;
    mkdirSync(this.folderOf(id), { recursive: true });
    writeFileSync(join(this.folderOf(id), RUN_FOLDER.config), JSON.stringify({ id, ...config }));
    const endedAt = endedDaysAgo === null ? null : this.now - endedDaysAgo * DAY_MS;
    const state = endedAt === null ? "running" : "completed";
    this.#runs.push({ id, name: id, alive: endedAt === null, endedAt, state, marked });
    for (const name of frames) this.#keepFrame(name);
    this.appendGroup(id, ...frames);
    for (const name of checkpoints) {
      const folder = join(this.folderOf(id), RUN_FOLDER.checkpoints, name);
      mkdirSync(folder, { recursive: true });
      for (let file = 0; file < files; file++) writeFileSync(join(folder, `part-${file}`), name);
    }
  }

  /** A line of the run's journal that names frames. */
  appendGroup(run: string, ...frames: readonly string[]): void {
    const journal = new JournalWriter(this.folderOf(run));
    journal.write(
      { type: "shown", media: { frames: frames.map((name) => ({ hash: this.#hash(name) })) } } as never,
      this.now,
    );
    journal.flush();
  }

  /** An evaluation without a result, whose items name frames. */
  evaluation(id: string, frames: readonly string[], model = "resources/base-model"): void {
    const folder = join(this.data, DATA_FOLDER.evaluations, id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, EVALUATION_FOLDER.request), JSON.stringify({ id, models: [{ directory: model }] }));
    const items = frames.map((name, position) => {
      const item = { view: "ordered", position, sampleId: name, error: null, scores: {} };
      return `${JSON.stringify({ ...item, media: { frames: [{ hash: this.#hash(name) }] } })}\n`;
    });
    writeFileSync(join(folder, EVALUATION_FOLDER.items(0)), items.join(""));
  }

  finishEvaluation(id: string): void {
    writeFileSync(join(this.data, DATA_FOLDER.evaluations, id, EVALUATION_FOLDER.result), "{}");
  }

  /** Reads journals and evaluations into the index. */
  index(): void {
    const ingest = new Ingest(this.#index, this.data);
    for (const run of ingest.runFolders()) ingest.run(run);
    for (const id of evaluationIds(this.data)) indexEvaluation(this.#index, this.data, id);
  }

  /** What `frames` of the store are left, by name. */
  frames(): string[] {
    const files = readdirSync(join(this.data, DATA_FOLDER.frames), { recursive: true, encoding: "utf8" });
    const hashes = files.filter((file) => file.endsWith(".png")).map((file) => file.slice(3, -4));
    return hashes.map((hash) => this.#names.get(hash)!).sort();
  }

  touchFrame(name: string, time: number): void {
    utimesSync(this.frameFile(name), new Date(time), new Date(time));
  }

  get retention(): RetentionWorld {
    const marks = (run: string) => ({
      name: null,
      note: this.#runs.find(({ id }) => id === run)!.marked ? "mine" : "",
      tags: [],
      archived: false,
    });
    return { data: this.data, index: this.#index, runs: this.#runs, marks };
  }

  preview() {
    return previewRetention(this.retention, OLD_RULE, this.now);
  }

  apply() {
    return applyRetention(this.retention, OLD_RULE, this.now);
  }

  remove(): void {
    this.#index.close();
    rmSync(this.data, { recursive: true, force: true });
  }

  #hash(name: string): string {
    const hash = createHash("sha256").update(name).digest("hex");
    this.#names.set(hash, name);
    return hash;
  }

  /** Where a frame lies. */
  frameFile(name: string): string {
    const hash = this.#hash(name);
    return join(this.data, DATA_FOLDER.frames, hash.slice(0, 2), `${hash}.png`);
  }

  #keepFrame(name: string): void {
    mkdirSync(dirname(this.frameFile(name)), { recursive: true });
    writeFileSync(this.frameFile(name), name);
    this.touchFrame(name, this.now - 30 * DAY_MS);
  }
}
