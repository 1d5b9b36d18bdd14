/** Predicted against true segments, for prompts whose answer is a span of time. */
import type { GroupView } from "../../../contract/methods.ts";
import type { VideoSegment } from "../../parts/VideoPlayer.tsx";
import { segmentOf } from "../../../science/citations.ts";
import { temporalIou } from "../../../science/metrics/grounding.ts";

/** The true segment and one of each answer that names one, with its overlap; none where the answer is no segment. */
export function segmentsOf(group: GroupView): VideoSegment[] {
  const truth = segmentOf(group.answer);
  if (truth === null) return [];
  const predicted = group.rollouts.flatMap(({ index, prediction }): VideoSegment[] => {
    const segment = segmentOf(prediction);
    if (segment === null) return [];
    const label = `#${index + 1} tIoU ${temporalIou(segment, truth).toFixed(2)}`;
    return [{ label, fromSec: segment[0], toSec: segment[1], kind: "prediction" }];
  });
  return [{ label: "true", fromSec: truth[0], toSec: truth[1], kind: "truth" }, ...predicted];
}
