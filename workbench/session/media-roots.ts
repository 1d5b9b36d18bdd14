/** Folders whose media may be shown to a model from the window and the endpoint. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { readRunConfig } from "../runs/launch.ts";
import type { Medium } from "../../contract/session.ts";
import { mediumAt } from "./settings.ts";
import { uploadsFolder } from "./uploads.ts";
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
  const own = [join(data, DATA_FOLDER.samplePack), join(data, DATA_FOLDER.testCases), uploadsFolder(data)];
  return [...new Set([...own, ...ofDatasets, ...ofRuns])];
}

/** A file under a root that a person registered, links followed. @throws RangeError with the remedy for any other. */
export function allowedMedium(data: string, user: Db, path: string): Medium {
  const medium = mediumAt(path);
  const real = realpathSync(medium.path);
  const roots = mediaRoots(data, user);
  if (roots.some((root) => existsSync(root) && real.startsWith(join(realpathSync(root), sep)))) {
    return { ...medium, path: real };
  }
  throw new RangeError(
    `${path} lies under no registered media root: drop the file on the page, or import a dataset from its folder.`,
  );
}
