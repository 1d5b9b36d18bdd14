/** An import from the first byte to the registered name. */
import { statSync } from "node:fs";
import {
  newDatasetId,
  refuseTakenName,
  registerDataset,
  withUserDatabase,
  type RegisteredDataset,
} from "./datasets.ts";
import { importDataset, type ImportProgress } from "./import-dataset.ts";

export interface NewDataset {
  readonly name: string;
  /** Absolute, as is the media root. */
  readonly file: string;
  readonly mediaRoot: string;
}

/** @throws Error with a sentence when the media root is no folder. */
export function checkMediaRoot(mediaRoot: string): void {
  if (statSync(mediaRoot, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new RangeError(`The media root ${mediaRoot} is no folder. Give the folder that rows' paths start from.`);
}

/**
 * Imports a file under a new name, before which nothing is known of it. @throws RangeError when the name is taken, Error
 * when nothing of the file can be used.
 */
export function importAndRegister(
  data: string,
  { name, file, mediaRoot }: NewDataset,
  onProgress: (progress: ImportProgress) => void,
): RegisteredDataset {
  checkMediaRoot(mediaRoot);
  const id = newDatasetId();
  withUserDatabase(data, (user) => refuseTakenName(user, name, id));
  importDataset({ data, id, file, mediaRoot }, onProgress);
  const dataset = { id, name, file, mediaRoot, addedAt: Date.now() };
  withUserDatabase(data, (user) => registerDataset(user, dataset));
  return dataset;
}
