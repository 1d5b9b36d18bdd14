/**
 * Decodes media of a dataset in a process of its own, at low priority, and writes down what it finds: size, length, content
 * hash, or why they cannot be decoded.
 */
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import type { JobProgress } from "../../contract/methods.ts";
import { startScript } from "../scripts.ts";
import type { Db } from "../store/databases.ts";

export interface MediaCheckRequest {
  readonly rows: Db;
  readonly mediaRoot: string;
  /** Chosen at random; all when absent. */
  readonly count?: number;
}

export interface MediaCheck {
  readonly progress: JobProgress;
  readonly ended: Promise<void>;
  stop(): void;
}

/** What the process answers for one file, as `trainer/media/inspect-main.ts` writes it. */
interface Inspected {
  readonly id: number;
  readonly state: 1 | 2 | 3;
  readonly bytes: number | null;
  readonly hash: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  readonly fps: number | null;
  readonly frames: number | null;
  readonly reason: string | null;
  readonly remedy: string | null;
}

/** Files that the process has been told and not answered for. */
const AHEAD = 32;

export function startMediaCheck({ rows, mediaRoot, count }: MediaCheckRequest): MediaCheck {
  const waiting = rows
    .prepare(
      `SELECT id, path, is_video AS isVideo FROM media WHERE state = 0
       ${count === undefined ? "ORDER BY id" : "ORDER BY random() LIMIT ?"}`,
    )
    .all(...(count === undefined ? [] : [count])) as { id: number; path: string; isVideo: number }[];
  const total = waiting.length;
  let done = 0;
  let told = 0;
  let stopped = false;
  const write = rows.prepare(
    `UPDATE media SET state = @state, bytes = @bytes, hash = @hash, width = @width, height = @height, duration = @duration,
       fps = @fps, frames = @frames, reason = @reason, remedy = @remedy WHERE id = @id`,
  );
  const child = startScript("trainer/media/inspect-main.ts", [mediaRoot], { stdio: ["pipe", "pipe", "ignore"] });
  const [input, output] = [child.stdin!, child.stdout!];
  if (child.pid !== undefined) setPriority(child.pid, 10);
  input.on("error", () => undefined);
  const tell = (): void => {
    for (; told < total && told - done < AHEAD; told++) input.write(`${JSON.stringify(waiting[told])}\n`);
    if (told === total) input.end();
  };
  createInterface({ input: output }).on("line", (line) => {
    if (stopped) return;
    write.run(JSON.parse(line) as Inspected);
    done++;
    tell();
  });
  tell();
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  return {
    get progress() {
      return { phase: "decoding media", done, total };
    },
    ended,
    stop: () => {
      stopped = true;
      child.kill("SIGKILL");
    },
  };
}
