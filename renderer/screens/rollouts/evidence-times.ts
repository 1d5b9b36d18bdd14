/** The clock of a view: which frame the model had before it at a time that it speaks of. */
import type { GroupView } from "../../../contract/methods.ts";
import { citedPlaces, type Citation } from "../../../science/citations.ts";

type Media = NonNullable<GroupView["media"]>;

/** Seconds at which each place of the view is shown: the ordered clip's times, whatever frame stands there. */
export function shownAtSec(media: Pick<Media, "frames">): number[] {
  return media.frames.map(({ ptsSec }) => ptsSec).sort((a, b) => a - b);
}

/** Positions in the ordered clip of the frames that the model saw at a cited time. */
export function citedPositions(media: Pick<Media, "frames" | "permutation">, citation: Citation): number[] {
  return citedPlaces(spanOf(media, citation), shownAtSec(media)).map((place) => media.permutation?.[place] ?? place);
}

/**
 * A whole second names all frames of that second ("1 s" at two frames a second: both); a moment with decimals names one.
 */
function spanOf(media: Pick<Media, "frames">, citation: Citation): Pick<Citation, "fromSec" | "toSec"> {
  const { fromSec, toSec } = citation;
  const isWholeSecond = fromSec === toSec && Number.isInteger(fromSec) && !citation.text.includes(".");
  return isWholeSecond && media.frames.length > 1 ? { fromSec, toSec: fromSec + 1 - 1e-6 } : { fromSec, toSec };
}
