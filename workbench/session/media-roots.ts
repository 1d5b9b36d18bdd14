/** Media that may be shown to a model from the window and the endpoint. */
import { realpathSync } from "node:fs";
import type { Medium } from "../../contract/session.ts";
import { isUnderMediaRoot } from "../library/media-roots.ts";
import type { Db } from "../store/databases.ts";
import { mediumAt } from "./settings.ts";

/** A file under a root that a person registered, links followed. @throws RangeError with the remedy for any other. */
export function allowedMedium(data: string, user: Db, path: string): Medium {
  const medium = mediumAt(path);
  const real = realpathSync(medium.path);
  if (isUnderMediaRoot(data, user, real)) return { ...medium, path: real };
  throw new RangeError(
    `${path} lies under no registered media root: drop the file on the page, import a dataset from its folder, or add the folder under System.`,
  );
}
