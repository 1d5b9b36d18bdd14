/** Rows of a data file, each with a medium that lies inside the media root. What cannot be used is reported and skipped. */
import { readFile, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { readSamples, type Sample } from "../science/records.ts";
import { MediaError } from "./media/errors.ts";

/** Fits the journal's `data_error`. */
export interface DataProblem {
  readonly file: string;
  readonly place: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface LoadedSamples {
  readonly samples: readonly Sample[];
  readonly problems: readonly DataProblem[];
}

/** @throws Error when the file itself cannot be read; single rows never throw. */
export async function loadSamples(path: string): Promise<LoadedSamples> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`The data file ${path} cannot be read (${code}). Correct its path in the run's settings.`);
  }
  return readSamples(text, path);
}

/**
 * The absolute path of a sample's medium, links resolved.
 * @throws MediaError when it does not exist or a link leads out of the media root.
 */
export async function mediaPath(mediaRoot: string, sample: Sample): Promise<string> {
  const root = await realpath(mediaRoot).catch(() => resolve(mediaRoot));
  const named = resolve(root, sample.path);
  let real: string;
  try {
    real = await realpath(named);
  } catch {
    throw new MediaError({
      file: named,
      place: `row of problem ${sample.id}`,
      reason: "the file does not exist",
      remedy: "Put the file there, or correct the row's path or the media root.",
    });
  }
  const inside = relative(root, real);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new MediaError({
      file: named,
      place: `row of problem ${sample.id}`,
      reason: "the path leads out of the media root",
      remedy: `Copy the medium into ${root}; nothing outside it is read.`,
    });
  }
  return real;
}
