/** Folders whose media may be shown to a model from the window and the endpoint. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { readRunConfig } from "../runs/launch.ts";
import type { Db } from "../store/databases.ts";
import { listDatasets } from "../library/datasets.ts";

/** The sample pack's first; then those of imported datasets and of runs. Each once. */
export function mediaRoots(data: string, user: Db): string[] {
  const ofRuns = readdirSync(join(data, DATA_FOLDER.runs)).flatMap((run) => {
    try {
      return [readRunConfig(data, run).data.mediaRoot];
    } catch {
      // A folder that is no run, or one that is being written.
      return [];
    }
  });
  const ofDatasets = listDatasets(user).map(({ mediaRoot }) => mediaRoot);
  return [...new Set([join(data, DATA_FOLDER.samplePack), ...ofDatasets, ...ofRuns])];
}
