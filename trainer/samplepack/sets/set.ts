/**
 * Data sets beside the frozen sample pack, each for a question that the pack does not ask: made from seeds like it, in a
 * folder of their own. A set is a file in this folder and a line in index.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeClips } from "../encode.ts";
import { sha256 } from "../pack.ts";

export interface SetSplit {
  /** Also the beginning of its clips' names: `clips/NAME-00000.mp4`. */
  readonly name: string;
  /** Frames of each video, RGB24 as `renderClip` gives them. */
  readonly videos: readonly (() => Uint8Array)[];
  /** Text of JSON files by name: `train.json`, `sft.json`, `validation.json`, `heldout.json`. */
  readonly files: Readonly<Record<string, string>>;
}

export interface SampleSet {
  /** The folder's name and what `pack --set` takes. */
  readonly name: string;
  /** Grows whenever clips or questions change: a folder with an older one is made again. */
  readonly edition: number;
  /** A pure function; `small` for tests and rehearsals. */
  splits(small: boolean): readonly SetSplit[];
}

/** Where clip `index` of a split lies, from the set's folder. */
export const clipPath = (split: string, index: number): string =>
  `clips/${split}-${String(index).padStart(5, "0")}.mp4`;

/** Rows as the text of a JSON file, one a line. */
export const rowsText = (rows: readonly object[]): string =>
  `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;

/** Makes the set where the folder does not hold it yet; the manifest is written last. */
export async function makeSet(
  folder: string,
  set: SampleSet,
  small: boolean,
  say: (line: string) => void,
): Promise<void> {
  const manifestFile = join(folder, "manifest.json");
  const wanted = { set: set.name, edition: set.edition, small };
  if (existsSync(manifestFile)) {
    const { files: _files, ...own } = JSON.parse(readFileSync(manifestFile, "utf8")) as Record<string, unknown>;
    if (JSON.stringify(own) === JSON.stringify(wanted)) return;
  }
  await mkdir(join(folder, "clips"), { recursive: true });
  const hashes: Record<string, string> = {};
  for (const { name, videos, files } of set.splits(small)) {
    say(`${set.name}, ${name}: ${videos.length} clips`);
    await encodeClips(join(folder, "clips"), name, videos.length, (index) => videos[index]!());
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, file), text);
      hashes[file] = sha256(text);
    }
  }
  await writeFile(manifestFile, `${JSON.stringify({ ...wanted, files: hashes }, null, 2)}\n`);
}
