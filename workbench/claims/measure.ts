/** Pieces of a claim's measurement: scores by item out of records, and pairs of them by seed. */
import type { Group, Item, RunRecord, Step } from "../proof/run-record.ts";
import { mean, type Scores } from "../proof/statistics.ts";
import type { SeedPair } from "./claim.ts";

/** Pairs of the seeds that have both records. */
export function pairSeeds(
  before: ReadonlyMap<number, RunRecord>,
  after: ReadonlyMap<number, RunRecord>,
  scoresBefore: (record: RunRecord) => Scores,
  scoresAfter: (record: RunRecord) => Scores = scoresBefore,
): SeedPair[] {
  return [...before].flatMap(([seed, record]) => {
    const other = after.get(seed);
    return other === undefined ? [] : [{ seed, before: scoresBefore(record), after: scoresAfter(other) }];
  });
}

export interface ItemChoice {
  /** Which policy; default: what the last stage left. */
  readonly label?: string;
  readonly split?: "heldout" | "validation";
  readonly view?: string;
  readonly keep?: (item: Item) => boolean;
}

/** A score of every measured item, by sample; empty where nothing was measured. */
export function itemScores(
  record: RunRecord,
  score: (item: Item) => number = (item) => item.score,
  { label = record.stages.at(-1)!, split = "heldout", view = "ordered", keep = () => true }: ItemChoice = {},
): Scores {
  const items = record.items.get(`${split}/${label}/${view}`) ?? new Map<string, Item>();
  return new Map([...items].filter(([, item]) => keep(item)).map(([sample, item]) => [sample, score(item)]));
}

/** A number of every ordered group that `keep` lets through, by step and place in the step: arms see the same prompts. */
export function groupScores(
  record: RunRecord,
  score: (group: Group) => number,
  keep: (group: Group) => boolean = () => true,
): Scores {
  const groups = [...record.groups.values()].filter((group) => group.view === "ordered" && keep(group));
  return new Map(groups.map((group) => [group.pair, score(group)]));
}

/** 1 where no reward of the group differs: nothing is learnt from it. */
export const isDead = ({ dead }: Group): number => (dead ? 1 : 0);

/** A number of every update of a stage, by its place in the stage. */
export function stepScores(
  record: RunRecord,
  score: (step: Step) => number | null | undefined,
  stage?: string,
): Scores {
  const steps = record.steps.filter((step) => stage === undefined || step.stage === stage);
  return new Map(
    steps.flatMap((step): [string, number][] => {
      const value = score(step);
      return value === null || value === undefined ? [] : [[String(step.stageStep), value]];
    }),
  );
}

/** Mean of a number over an arm's seeds; NaN where the arm was not trained. */
export const meanOver = (records: ReadonlyMap<number, RunRecord>, value: (record: RunRecord) => number): number =>
  records.size === 0 ? Number.NaN : mean([...records.values()].map(value));

/** Mean of scores; NaN of none. */
export const meanScore = (scores: Scores): number => (scores.size === 0 ? Number.NaN : mean([...scores.values()]));
