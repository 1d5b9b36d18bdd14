/** The published formats that `secondlook convert` reads. */
import type { PublishedFormat } from "./format.ts";
import { invertedNextGqa, invertedStar } from "./inverted.ts";
import { seedBenchR1 } from "./seed-bench-r1.ts";
import { twGrpoItems } from "./tw-grpo.ts";
import { veripoItems } from "./veripo.ts";
import { videoHalluRecords } from "./videohallu.ts";

export const PUBLISHED_FORMATS: readonly PublishedFormat[] = [
  seedBenchR1,
  twGrpoItems,
  veripoItems,
  videoHalluRecords,
  invertedNextGqa,
  invertedStar,
];
