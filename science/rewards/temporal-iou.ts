/**
 * The stretch of time that an answer names, against the truth's (DeepVideo-R1 on NExT-GQA): intersection over union. A row
 * gives its truth in `segments`, pairs of seconds, or as NExT-GQA calls them, `glue`.
 */
import { readSegments } from "../extraction/spans.ts";
import { temporalIou, type Interval } from "../metrics/grounding.ts";
import type { Sample } from "../records.ts";
import type { Reward } from "./reward.ts";

/** 0 for rows without a truth and texts without a stretch. The last stretch that is named counts, against the truth that it fits best. */
export const temporalIouPart: Reward = {
  name: "temporal_iou",
  score({ text }, sample) {
    const truths = truthsOf(sample);
    const named = truths.length === 0 ? undefined : readSegments(text).value?.at(-1);
    return named === undefined ? 0 : Math.max(...truths.map((truth) => temporalIou(named, truth)));
  },
};

function truthsOf({ extra }: Pick<Sample, "extra">): Interval[] {
  const given = extra["segments"] ?? extra["glue"];
  return Array.isArray(given) ? given.filter(isInterval) : [];
}

const isInterval = (value: unknown): value is Interval =>
  Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === "number" && Number.isFinite(end));
