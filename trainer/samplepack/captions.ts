/** The one true description of a clip, second by second: what pretraining teaches the base model to write. */
import type { Clip, ClipObject } from "./clip.ts";
import { SECONDS } from "./words.ts";

/** What a second shows, e.g. "red circle left, blue square top", "red bar 5", or "none". */
export function captionOfSecond(clip: Clip, second: number): string {
  const shown = inReadingOrder(clip.objects, second);
  if (shown.length === 0) return "none";
  return shown
    .map((object) => `${object.colors[second]} ${object.shape} ${object.levels?.[second] ?? object.places[second]}`)
    .join(", ");
}

/** All seconds, e.g. "0 s red circle left. 1 s none. 2 s …"; a picture's is "image red circle left". */
export function captionOf(clip: Clip): string {
  if (clip.medium === "image") return `image ${captionOfSecond(clip, 0)}.`;
  return Array.from({ length: SECONDS }, (_, second) => `${second} s ${captionOfSecond(clip, second)}.`).join(" ");
}

/** Objects that a second shows, from top to bottom and left to right: the order of captions. */
export function inReadingOrder(objects: readonly ClipObject[], second: number): ClipObject[] {
  const rank = { top: 0, left: 1, center: 2, right: 3, bottom: 4 };
  return objects
    .filter((object) => object.visible[second])
    .sort((a, b) => rank[a.places[second]!] - rank[b.places[second]!]);
}
