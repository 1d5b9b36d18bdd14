/** The one true description of a clip, second by second: what pretraining teaches the base model to write. */
import type { Clip } from "./clip.ts";
import { inReadingOrder } from "./questions.ts";
import { SECONDS } from "./words.ts";

/** What a second shows, e.g. "red circle left, blue square top", or "none". */
export function captionOfSecond(clip: Clip, second: number): string {
  const shown = inReadingOrder(clip.objects, second);
  if (shown.length === 0) return "none";
  return shown.map((object) => `${object.colors[second]} ${object.shape} ${object.places[second]}`).join(", ");
}

/** All seconds, e.g. "0 s red circle left. 1 s none. 2 s …". */
export function captionOf(clip: Clip): string {
  return Array.from({ length: SECONDS }, (_, second) => `${second} s ${captionOfSecond(clip, second)}.`).join(" ");
}
