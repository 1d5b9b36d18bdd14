/** The data sets beside the sample pack, by name. */
import { difficulty } from "./difficulty.ts";
import { IMPOSSIBLE_SET } from "./impossible.ts";
import { LEVEL_SETS } from "./levels.ts";
import { multiAnswer } from "./multi-answer.ts";
import type { SampleSet } from "./set.ts";

const SETS: readonly SampleSet[] = [multiAnswer, difficulty, ...LEVEL_SETS, IMPOSSIBLE_SET];

/** @throws RangeError for a name that no set has. */
export function setByName(name: string): SampleSet {
  const set = SETS.find((candidate) => candidate.name === name);
  if (set !== undefined) return set;
  throw new RangeError(`There is no data set "${name}". There are: ${SETS.map((one) => one.name).join(", ")}.`);
}
