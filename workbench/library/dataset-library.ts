/**
 * The service's side of datasets: open databases of rows, imports and media checks that run in processes of their own.
 * Imports become datasets when they end; a check writes what it finds as it goes.
 */
import { basename, isAbsolute } from "node:path";
import type { DatasetImport, DatasetSummary } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import { summariseDataset } from "./dataset-summaries.ts";
import { rowReader, RowLists, type StoredRow } from "./dataset-rows.ts";
import {
  findDataset,
  listDatasets,
  newDatasetId,
  refuseTakenName,
  registerDataset,
  removeDataset,
  type RegisteredDataset,
} from "./datasets.ts";
import { startImport, type RunningImport } from "./import-process.ts";
import { startMediaCheck, type MediaCheck } from "./media-check.ts";
import { checkMediaRoot } from "./register-import.ts";
import { openRows } from "./rows-database.ts";

export interface OpenDataset {
  readonly dataset: RegisteredDataset;
  readonly rows: Db;
  readonly lists: RowLists;
  readonly readRow: (row: number) => StoredRow | null;
}

interface ImportJob {
  readonly dataset: RegisteredDataset;
  readonly process: RunningImport;
  error: string | null;
}

/** Media looked at without being asked, right after an import: enough to see that a root or a codec is wrong. */
const FIRST_CHECK = 100;

export class DatasetLibrary {
  readonly #data: string;
  readonly #user: Db;
  readonly #open = new Map<string, OpenDataset>();
  readonly #imports = new Map<string, ImportJob>();
  readonly #checks = new Map<string, MediaCheck>();

  constructor(data: string, user: Db) {
    this.#data = data;
    this.#user = user;
  }

  list(): DatasetSummary[] {
    return listDatasets(this.#user).map((dataset) => this.summary(dataset));
  }

  summary(dataset: RegisteredDataset): DatasetSummary {
    return summariseDataset(this.#data, dataset, this.#checks.get(dataset.id)?.progress ?? null);
  }

  find(idOrName: string): RegisteredDataset {
    return findDataset(this.#user, idOrName);
  }

  /** @throws RangeError where what was imported is missing. */
  open(idOrName: string): OpenDataset {
    const dataset = this.find(idOrName);
    const known = this.#open.get(dataset.id);
    if (known) return { ...known, dataset };
    const rows = openRows(this.#data, dataset.id);
    const opened = { dataset, rows, lists: new RowLists(rows), readRow: rowReader(rows) };
    this.#open.set(dataset.id, opened);
    return opened;
  }

  /** Whether something runs that would end with the service. */
  get isBusy(): boolean {
    return this.#checks.size > 0 || [...this.#imports.values()].some(({ error }) => error === null);
  }

  /** Running and failed imports, newest last. */
  imports(): DatasetImport[] {
    return [...this.#imports.values()].map(({ dataset, process, error }) => {
      const { phase, done, total, rows, badRows } = process.progress;
      const state = error === null ? "running" : "failed";
      const { id, name, file } = dataset;
      return { id, name, file, state, progress: { phase, done, total }, rows, badRows, error };
    });
  }

  /** Starts an import and returns its id, which is the dataset's later. @throws RangeError before anything starts. */
  import(input: { readonly file: string; readonly mediaRoot: string; readonly name?: string | undefined }): string {
    for (const path of [input.file, input.mediaRoot]) {
      if (!isAbsolute(path)) throw new RangeError(`"${path}" is no whole path: begin it with "/".`);
    }
    checkMediaRoot(input.mediaRoot);
    const name = input.name?.trim() || basename(input.file).replace(/\.jsonl?$/i, "");
    const id = newDatasetId();
    refuseTakenName(this.#user, name, id);
    this.#start({ id, name, file: input.file, mediaRoot: input.mediaRoot, addedAt: Date.now() });
    return id;
  }

  /** Reads a dataset's file again; the old rows stay until it is done. */
  refresh(idOrName: string): string {
    const dataset = this.find(idOrName);
    this.#start(dataset);
    return dataset.id;
  }

  #start(dataset: RegisteredDataset): void {
    if (this.#imports.get(dataset.id)?.error === null) return;
    const process = startImport({
      data: this.#data,
      id: dataset.id,
      file: dataset.file,
      mediaRoot: dataset.mediaRoot,
    });
    const job: ImportJob = { dataset, process, error: null };
    this.#imports.set(dataset.id, job);
    process.ended
      .then(() => {
        this.#close(dataset.id);
        registerDataset(this.#user, dataset);
        this.#imports.delete(dataset.id);
        this.checkMedia(dataset.id, FIRST_CHECK);
      })
      .catch((error: Error) => {
        job.error = error.message;
      });
  }

  /** Stops a running import, or forgets a failed one. */
  dismissImport(id: string): void {
    this.#imports.get(id)?.process.stop();
    this.#imports.delete(id);
  }

  /** Decodes media that nobody looked at yet: `count` at random, or all. */
  checkMedia(idOrName: string, count?: number): void {
    const { dataset, rows, lists } = this.open(idOrName);
    if (this.#checks.has(dataset.id)) return;
    const check = startMediaCheck({ rows, mediaRoot: dataset.mediaRoot, ...(count === undefined ? {} : { count }) });
    this.#checks.set(dataset.id, check);
    void check.ended
      .catch(() => undefined)
      .then(() => {
        lists.clear();
        this.#checks.delete(dataset.id);
      });
  }

  stopCheck(idOrName: string): void {
    this.#checks.get(this.find(idOrName).id)?.stop();
  }

  remove(idOrName: string): void {
    const { id } = this.find(idOrName);
    this.dismissImport(id);
    this.#close(id);
    removeDataset(this.#user, this.#data, id);
  }

  #close(id: string): void {
    this.#checks.get(id)?.stop();
    this.#checks.delete(id);
    this.#open.get(id)?.rows.close();
    this.#open.delete(id);
  }

  /** Ends what runs for this service. */
  stop(): void {
    for (const { process } of this.#imports.values()) process.stop();
    for (const id of [...this.#open.keys()]) this.#close(id);
  }
}
