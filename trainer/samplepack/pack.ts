/**
 * The sample pack: clips as H.264 files, pictures as PNG, and their questions in Video-R1's JSON format, by split, with a
 * manifest. All from one seed, so that the held-out questions are the same everywhere; `resources/sample-pack.json` holds
 * their hash.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodePng } from "../media/png.ts";
import type { Clip } from "./clip.ts";
import { encodeClips } from "./encode.ts";
import { questionsOf, solutionOf, OPTION_LETTERS, type Question } from "./questions.ts";
import { randomFrom } from "./random.ts";
import { CLIP_FPS, CLIP_FRAMES, renderClip } from "./render.ts";
import { clipOf, type Split } from "./splits.ts";
import { TASKS } from "./tasks.ts";
import { drawStyle, traceOf } from "./traces.ts";

export const PACK_SEED = 1;
/** Grows whenever clips or questions change: a folder with an older pack gets a new one. */
const EDITION = 2;

/** Clips and pictures by file; those with a colour-shape pair that no other split shows come last in the held-out set. */
export interface PackSize {
  readonly train: number;
  /** The first of the training clips have traces. */
  readonly traced: number;
  readonly validation: number;
  readonly heldOut: number;
  readonly heldOutUnseen: number;
}

export const FULL_PACK: PackSize = { train: 640, traced: 120, validation: 110, heldOut: 150, heldOutUnseen: 40 };
export const SMALL_PACK: PackSize = { train: 32, traced: 16, validation: 8, heldOut: 16, heldOutUnseen: 4 };

/** Shares of traces that end wrong, and that correct themselves. */
export const TRACE_SHARES = { wrong: 0.15, corrected: 0.15 } as const;

/** Far from the numbers of other clips, so that no seed is used twice. */
const UNSEEN_FROM = 1_000_000;

interface PackClip {
  readonly clip: Clip;
  readonly unseen: boolean;
}

function clipsOf(split: Split, count: number, unseen = 0): PackClip[] {
  const plain = Array.from({ length: count }, (_, index) => ({ clip: clipOf(PACK_SEED, split, index), unseen: false }));
  const rare = Array.from({ length: unseen }, (_, index) => ({
    clip: clipOf(PACK_SEED, split, UNSEEN_FROM + index, true),
    unseen: true,
  }));
  return [...plain, ...rare];
}

/** A row of the training JSON. `traced` adds the teacher's reasoning, with its own (sometimes wrong) solution. */
function rowOf(id: string, path: string, { clip, unseen }: PackClip, question: Question, traced: boolean): object {
  const random = randomFrom("trace", id);
  const trace = traced ? traceOf(random, question, drawStyle(random, question, TRACE_SHARES)) : null;
  const facts = TASKS[question.task];
  return {
    problem_id: id,
    problem: question.text,
    data_type: clip.medium,
    problem_type: facts.problemType,
    options: question.options.map((word, index) => `${OPTION_LETTERS[index]}. ${word}`),
    ...(trace ? { process: trace.process } : {}),
    solution: trace?.solution ?? `<answer>${solutionOf(question)}</answer>`,
    path: `./${path}`,
    data_source: question.task,
    time_dependent: facts.timeDependent,
    one_frame: facts.oneFrame,
    unseen_pair: unseen,
    clip_seed: clip.seed,
    ...(trace ? { trace_style: trace.style } : {}),
  };
}

interface PackSplit {
  readonly name: "train" | "validation" | "heldout";
  readonly clips: readonly PackClip[];
}

function splitsOf(size: PackSize): readonly PackSplit[] {
  return [
    { name: "train", clips: clipsOf("train", size.train) },
    { name: "validation", clips: clipsOf("validation", size.validation) },
    { name: "heldout", clips: clipsOf("heldout", size.heldOut, size.heldOutUnseen) },
  ];
}

/** Videos are numbered among the videos of a split, pictures among its pictures. */
function mediaFiles(split: string, clips: readonly PackClip[]): string[] {
  const next = { video: 0, image: 0 };
  return clips.map(({ clip: { medium } }) => {
    const number = String(next[medium]++).padStart(5, "0");
    return medium === "video" ? `clips/${split}-${number}.mp4` : `pictures/${split}-${number}.png`;
  });
}

/** The text of every JSON file of a pack, by name: a pure function of size and seed. */
export function packFiles(size: PackSize): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { name, clips } of splitsOf(size)) {
    files[`${name}.json`] = rowsText(name, clips, false);
    if (name === "train") files["sft.json"] = rowsText(name, clips.slice(0, size.traced), true);
  }
  return files;
}

function rowsText(split: string, clips: readonly PackClip[], traced: boolean): string {
  const paths = mediaFiles(split, clips);
  const rows = clips.flatMap((entry, index) =>
    rowsOf(`${traced ? "trace" : split}-${index}`, paths[index]!, entry, traced),
  );
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

/** A row for each question of a clip; `name` begins their ids. */
function rowsOf(name: string, path: string, entry: PackClip, traced: boolean): object[] {
  return questionsOf(randomFrom("questions", entry.clip.seed), entry.clip).map((question, number) =>
    rowOf(`${name}-${number}`, path, entry, question, traced),
  );
}

/** Videos of the pack's own kinds for another set: of a split's combinations, from seeds that the pack does not use. */
export function ordinaryVideos(seed: string, split: Split, count: number): Clip[] {
  const videos: Clip[] = [];
  for (let index = 0; videos.length < count; index++) {
    const clip = clipOf(seed, split, index);
    if (clip.medium === "video") videos.push(clip);
  }
  return videos;
}

/** The pack's questions about such a video as rows. */
export const ordinaryRows = (name: string, path: string, clip: Clip, traced: boolean): object[] =>
  rowsOf(name, path, { clip, unseen: false }, traced);

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** True when the folder holds a whole pack of this size already. */
export function hasPack(folder: string, size: PackSize): boolean {
  const file = join(folder, "manifest.json");
  if (!existsSync(file)) return false;
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { edition?: number; seed?: number; size?: object };
  return (
    manifest.edition === EDITION &&
    manifest.seed === PACK_SEED &&
    JSON.stringify(manifest.size) === JSON.stringify(size)
  );
}

/** Makes the whole pack; the manifest is written last. `say` gets a line at every stage. */
export async function makePack(folder: string, size: PackSize, say: (line: string) => void): Promise<void> {
  const clipFolder = join(folder, "clips");
  await mkdir(clipFolder, { recursive: true });
  await mkdir(join(folder, "pictures"), { recursive: true });
  for (const { name, clips } of splitsOf(size)) {
    const videos = clips.filter(({ clip }) => clip.medium === "video");
    say(`${name}: ${videos.length} clips of ${CLIP_FRAMES / CLIP_FPS} s, ${clips.length - videos.length} pictures`);
    await encodeClips(clipFolder, name, videos.length, (index) => renderClip(videos[index]!.clip).data);
    const paths = mediaFiles(name, clips);
    for (const [index, { clip }] of clips.entries()) {
      if (clip.medium === "video") continue;
      const { data, width, height } = renderClip(clip, [0]);
      await writeFile(join(folder, paths[index]!), encodePng(data, width, height));
    }
  }
  const files = packFiles(size);
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  const hashes = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, sha256(text)]));
  const manifest = { edition: EDITION, seed: PACK_SEED, size, traceShares: TRACE_SHARES, files: hashes };
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
