/**
 * The sample pack: clips as H.264 files and their questions in Video-R1's JSON format, by split, with a manifest. All from
 * one seed, so that the held-out questions are the same everywhere; `resources/sample-pack.json` holds their hash.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clip } from "./clip.ts";
import { encodeClips } from "./encode.ts";
import { questionsOf, solutionOf, TASKS, OPTION_LETTERS, type Question } from "./questions.ts";
import { randomFrom } from "./random.ts";
import { CLIP_FPS, CLIP_FRAMES, renderClip } from "./render.ts";
import { clipOf, type Split } from "./splits.ts";
import { drawStyle, traceOf } from "./traces.ts";

export const PACK_SEED = 1;

/** Clips by file; those with a colour-shape pair that no other split shows come last in the held-out set. */
export interface PackSize {
  readonly train: number;
  /** The first of the training clips have traces. */
  readonly traced: number;
  readonly validation: number;
  readonly heldOut: number;
  readonly heldOutUnseen: number;
}

export const FULL_PACK: PackSize = { train: 640, traced: 120, validation: 80, heldOut: 130, heldOutUnseen: 40 };
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
    data_type: "video",
    problem_type: question.options.length > 0 ? "multiple choice" : "numerical",
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

interface WrittenFile {
  readonly rows: number;
  readonly clips: number;
  readonly sha256: string;
}

/** Makes the whole pack. `say` gets a line at every stage. */
export async function makePack(folder: string, size: PackSize, say: (line: string) => void): Promise<void> {
  const clipFolder = join(folder, "clips");
  await mkdir(clipFolder, { recursive: true });
  const splits = [
    { file: "train.json", name: "train", clips: clipsOf("train", size.train) },
    { file: "validation.json", name: "validation", clips: clipsOf("validation", size.validation) },
    { file: "heldout.json", name: "heldout", clips: clipsOf("heldout", size.heldOut, size.heldOutUnseen) },
  ];
  const files: Record<string, WrittenFile> = {};
  for (const { file, name, clips } of splits) {
    say(`${name}: ${clips.length} clips of ${CLIP_FRAMES / CLIP_FPS} s`);
    const paths = await encodeClips(clipFolder, name, clips.length, (index) => renderClip(clips[index]!.clip).data);
    const rows = (chosen: readonly PackClip[], traced: boolean): object[] =>
      chosen.flatMap((entry, index) =>
        questionsOf(randomFrom("questions", entry.clip.seed), entry.clip).map((question, number) =>
          rowOf(`${traced ? "trace" : name}-${index}-${number}`, `clips/${paths[index]}`, entry, question, traced),
        ),
      );
    files[file] = await writeRows(folder, file, rows(clips, false), clips.length);
    if (name === "train") {
      files["sft.json"] = await writeRows(folder, "sft.json", rows(clips.slice(0, size.traced), true), size.traced);
    }
  }
  const manifest = { seed: PACK_SEED, size, traceShares: TRACE_SHARES, files };
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function writeRows(folder: string, file: string, rows: readonly object[], clips: number): Promise<WrittenFile> {
  const text = `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
  await writeFile(join(folder, file), text);
  return { rows: rows.length, clips, sha256: createHash("sha256").update(text).digest("hex") };
}
