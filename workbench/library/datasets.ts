/**
 * The datasets that people imported, by name: kept in `user.db`. What was read from their files lies beside, in
 * `<data>/datasets/<id>/rows.db`, and can be read again at any time.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { takeServiceLock } from "../server/service-lock.ts";
import { openUser, type Db } from "../store/databases.ts";

export interface RegisteredDataset {
  readonly id: string;
  readonly name: string;
  /** Absolute, as is the media root. */
  readonly file: string;
  readonly mediaRoot: string;
  readonly addedAt: number;
}

const COLUMNS = "id, name, file, media_root AS mediaRoot, added_at AS addedAt";

/** By name. */
export function listDatasets(user: Db): RegisteredDataset[] {
  return user.prepare(`SELECT ${COLUMNS} FROM datasets ORDER BY name COLLATE NOCASE`).all() as RegisteredDataset[];
}

/** By id or by name. @throws RangeError that names those there are. */
export function findDataset(user: Db, idOrName: string): RegisteredDataset {
  const found = user.prepare(`SELECT ${COLUMNS} FROM datasets WHERE id = ? OR name = ?`).get(idOrName, idOrName) as
    RegisteredDataset | undefined;
  if (found) return found;
  const names = listDatasets(user).map(({ name }) => name);
  const known = names.length === 0 ? "none was imported yet" : `there are: ${names.join(", ")}`;
  throw new RangeError(`There is no dataset "${idOrName}"; ${known}. "secondlook data import FILE" adds one.`);
}

export function newDatasetId(): string {
  return `d-${randomBytes(6).toString("hex")}`;
}

/** Folder of what was read from the dataset's file. @throws RangeError for an id that could lead elsewhere. */
export function datasetFolder(data: string, id: string): string {
  if (!/^d-[0-9a-f]{12}$/.test(id)) throw new RangeError(`"${id}" is not a dataset's id.`);
  return join(data, DATA_FOLDER.datasets, id);
}

/** Adds it, or gives the one with this id a new file and root. @throws RangeError when another one has the name. */
export function registerDataset(user: Db, dataset: RegisteredDataset): void {
  refuseTakenName(user, dataset.name, dataset.id);
  user.transaction(() => {
    user
      .prepare(
        `INSERT INTO datasets (id, name, file, media_root, added_at) VALUES (@id, @name, @file, @mediaRoot, @addedAt)
         ON CONFLICT (id) DO UPDATE SET file = excluded.file, media_root = excluded.media_root`,
      )
      .run(dataset);
    user
      .prepare("INSERT INTO media_roots (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING")
      .run(dataset.mediaRoot, dataset.addedAt);
  })();
}

/** @throws RangeError when a dataset other than `id` has this name. */
export function refuseTakenName(user: Db, name: string, id: string): void {
  const other = user.prepare("SELECT id FROM datasets WHERE name = ?").pluck().get(name) as string | undefined;
  if (other !== undefined && other !== id) {
    throw new RangeError(`A dataset is called "${name}" already; choose another name, or remove that one first.`);
  }
}

export function renameDataset(user: Db, id: string, name: string): void {
  refuseTakenName(user, name, id);
  user.prepare("UPDATE datasets SET name = ? WHERE id = ?").run(name, id);
}

/** Forgets it. The file and its media stay where they are. */
export function removeDataset(user: Db, data: string, id: string): void {
  user.prepare("DELETE FROM datasets WHERE id = ?").run(id);
  rmSync(datasetFolder(data, id), { recursive: true, force: true });
}

export function makeDatasetsFolder(data: string): string {
  const folder = join(data, DATA_FOLDER.datasets);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Datasets of a launch by split; each an id or a name. */
export interface ChosenDatasets {
  readonly train: string;
  readonly sft?: string | undefined;
  readonly validation?: string | undefined;
  readonly heldOut?: string | undefined;
}

/**
 * The files that a run is launched with. @throws RangeError when a name is unknown, or when the datasets lie over different
 * media roots: a run has one.
 */
export function datasetFiles(user: Db, chosen: ChosenDatasets): Record<string, string> {
  const files: Record<string, string> = {};
  let first: RegisteredDataset | undefined;
  for (const split of ["train", "sft", "validation", "heldOut"] as const) {
    const name = chosen[split];
    if (name === undefined) continue;
    const dataset = findDataset(user, name);
    first ??= dataset;
    if (dataset.mediaRoot !== first.mediaRoot) {
      throw new RangeError(
        `A run has one media root, but "${first.name}" has ${first.mediaRoot} and "${dataset.name}" has ` +
          `${dataset.mediaRoot}: import one of them again with a root that holds both.`,
      );
    }
    files[split] = dataset.file;
  }
  return { ...files, mediaRoot: first!.mediaRoot };
}

/**
 * For commands beside or without a service: SQLite keeps their short writes apart. Where no service runs its lock is held
 * meanwhile, so that none migrates the database at the same moment.
 */
export function withUserDatabase<Result>(data: string, work: (user: Db) => Result): Result {
  const lock = takeServiceLock(data);
  const user = openUser(data);
  try {
    return work(user);
  } finally {
    user.close();
    lock?.release();
  }
}
