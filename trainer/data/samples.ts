/** Rows of a data file, each with a medium that lies inside the media root. What cannot be used is reported and skipped. */
import { isUtf8 } from "node:buffer";
import { open, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { readRows, type Sample } from "../../science/records.ts";
import { MediaError } from "../media/errors.ts";

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

/** JavaScript holds no longer text. */
const MAX_DATA_BYTES = 512 * 2 ** 20 - 2 ** 16;

/** @throws Error when the file itself cannot be read; single rows never throw. */
export async function loadSamples(path: string, mediaRoot?: string): Promise<LoadedSamples> {
  const bytes = await readData(path);
  // Damaged bytes become U+FFFD, which a row may also hold by right: it counts only where bytes were damaged.
  const damaged = !isUtf8(bytes);
  const samples: Sample[] = [];
  const problems: DataProblem[] = [];
  for (const result of readRows(bytes.toString("utf8"), path, { mediaRoot })) {
    if (result.kind === "problem") problems.push(result.problem);
    else if (damaged && JSON.stringify(result.sample).includes("\ufffd")) {
      const reason = "it holds bytes that are not UTF-8";
      const remedy = "Save the file as UTF-8, or take the row out.";
      problems.push({ file: path, place: `row ${result.row}`, reason, remedy });
    } else samples.push(result.sample);
  }
  return { samples, problems };
}

async function readData(path: string): Promise<Buffer> {
  const refuse = (reason: string, remedy: string): Error =>
    new Error(`The data file ${path} cannot be read (${reason}). ${remedy}`);
  try {
    const { size } = await regularFile(path);
    if (size > MAX_DATA_BYTES) throw refuse(`it has ${size} bytes`, "Split it into files of at most 500 MB.");
    const file = await open(path, "r");
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === undefined ? error : refuse(code, "Correct its path in the run's settings.");
  }
}

/** @throws with the code EISDIR or ENOTREG for what is no file: opening a pipe would wait forever. */
async function regularFile(path: string): Promise<{ size: number }> {
  const status = await stat(path);
  if (status.isFile()) return status;
  const code = status.isDirectory() ? "EISDIR" : "ENOTREG";
  throw Object.assign(new Error(`${path} is no file`), { code });
}

/**
 * The absolute path of a sample's medium, links resolved.
 * @throws MediaError when it does not exist or a link leads out of the media root.
 */
export async function mediaPath(mediaRoot: string, sample: Pick<Sample, "id" | "path">): Promise<string> {
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
  if (!(await stat(real)).isFile()) {
    throw new MediaError({
      file: named,
      place: `row of problem ${sample.id}`,
      reason: "this is no file but a folder, a pipe or a device",
      remedy: "Put the video or picture there, or correct the row's path.",
    });
  }
  return real;
}
