/** The list of datasets: what was imported, and whether the file is still the one that was. */
import { statSync } from "node:fs";
import type { DatasetSummary, JobProgress } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import { listDatasets, type RegisteredDataset } from "./datasets.ts";
import { countMedia, openRows, readFacts, type ImportFacts } from "./rows-database.ts";

const NO_MEDIA = { total: 0, present: 0, missing: 0, decodable: 0, undecodable: 0 };

export function summariseDatasets(
  data: string,
  user: Db,
  checkOf: (id: string) => JobProgress | null = () => null,
): DatasetSummary[] {
  return listDatasets(user).map((dataset) => summariseDataset(data, dataset, checkOf(dataset.id)));
}

export function summariseDataset(
  data: string,
  dataset: RegisteredDataset,
  check: JobProgress | null = null,
): DatasetSummary {
  try {
    const database = openRows(data, dataset.id);
    try {
      const facts = readFacts(database);
      const { fileBytes, rows, badRows, images, videos, withTraces } = facts;
      const counts = { fileBytes, rows, badRows, images, videos, withTraces };
      return { ...dataset, ...counts, media: countMedia(database), check, stale: changeOf(dataset, facts) };
    } finally {
      database.close();
    }
  } catch (error) {
    const none = { fileBytes: 0, rows: 0, badRows: 0, images: 0, videos: 0, withTraces: 0 };
    return { ...dataset, ...none, media: NO_MEDIA, check, stale: (error as Error).message };
  }
}

/** A sentence when the file is not the one that was imported, else null. */
export function changeOf(dataset: RegisteredDataset, facts: ImportFacts): string | null {
  const now = statSync(dataset.file, { throwIfNoEntry: false });
  if (!now) return `${dataset.file} is not there any more; put it back, or remove the dataset.`;
  if (now.size === facts.fileBytes && Math.trunc(now.mtimeMs) === facts.fileTime) return null;
  return `${dataset.file} was changed since it was imported: import it again to see what it holds now.`;
}
