/** What questions are drafted from: evidence second by second, and an answer that follows from it. */
import type { ClipObject } from "./clip.ts";
import type { Task } from "./tasks.ts";
import { SECONDS } from "./words.ts";

/** What is seen in a second; `second` is null where it is the same as in the entry before, and in a picture. */
export interface Evidence {
  readonly second: number | null;
  readonly seen: string;
}

export interface Draft {
  readonly task: Task;
  readonly text: string;
  readonly answer: string;
  readonly pool?: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly key?: string;
  readonly tempting?: readonly string[];
  /** Of answers that are neither words of the pool nor counts. */
  readonly hasty?: readonly string[];
}

export const HAPPENS = "What happens?";

export const named = (object: ClipObject): string => `${object.colors[0]} ${object.shape}`;

export const perSecond = (seen: (second: number) => string): Evidence[] =>
  Array.from({ length: SECONDS }, (_, second) => ({ second, seen: seen(second) }));

/** A list without immediate repeats. */
export const changes = <T>(items: readonly T[]): T[] =>
  items.filter((item, index) => index === 0 || item !== items[index - 1]);
