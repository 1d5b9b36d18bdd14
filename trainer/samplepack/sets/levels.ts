/**
 * Next-action planning on three levels (SEED-Bench-R1, arXiv 2503.24376), beside the frozen pack. `levels.json` says what
 * each level shares with training and what is new. `levels-traced` is the same with a trace for every training row, for
 * SFT on the prompts that RL answers.
 */
import { OPTION_LETTERS, solutionOf, type Question } from "../questions.ts";
import { randomFrom } from "../random.ts";
import { traceOf } from "../traces.ts";
import { planningClip, renderPlanning, type Level, type PlanningClip } from "./levels-clips.ts";
import { clipPath, rowsText, type SampleSet, type SetSplit } from "./set.ts";

const COUNTS: Readonly<Record<Level, number>> = { train: 640, validation: 120, l1: 150, l2: 150, l3: 150 };
/** Training clips of the cold start. */
const TRACED = 160;
const SMALL_SHARE = 20;

const MANIFEST = {
  train: { environment: "seen", goals: ["place"], mark: "tells the letter" },
  validation: { environment: "seen", goals: ["place"], mark: "tells the letter" },
  l1: { environment: "seen", goals: ["place"], mark: "tells the letter" },
  l2: { environment: "new palette and start places", goals: ["place"], mark: "at random" },
  l3: { environment: "new palette and start places", goals: ["to-thing", "from-thing"], mark: "at random" },
} as const satisfies Readonly<Record<Level, object>>;

function questionOf({ clip, goal, goalPlace, answer, options }: PlanningClip): Question {
  const [hero, thing] = clip.objects;
  const last = hero!.places.at(-1)!;
  const target = goal === "place" ? goalPlace : thing!.shape;
  return {
    task: "direction",
    text: `Which way does the ${hero!.shape} go ${goal === "from-thing" ? "from" : "to"} the ${target}?`,
    options,
    answer,
    evidence: hero!.places.map((seen, second) => ({ second, seen })),
    key: goal === "from-thing" ? `${goalPlace} ${last}` : `${last} ${goalPlace}`,
    hasty: options.filter((option) => option !== answer),
  };
}

function rowOf(planning: PlanningClip, index: number, traced: boolean): object {
  const { level, goal } = planning;
  const split = isHeldOut(level) ? "heldout" : level;
  const question = questionOf(planning);
  const id = `${traced ? "trace-" : ""}${level}-${index}`;
  const trace = traced ? traceOf(randomFrom("trace", id), question, "plain") : null;
  return {
    problem_id: id,
    problem: question.text,
    data_type: "video",
    problem_type: "multiple choice",
    options: question.options.map((word, place) => `${OPTION_LETTERS[place]}. ${word}`),
    ...(trace ? { process: trace.process } : {}),
    solution: `<answer>${solutionOf(question)}</answer>`,
    path: `./${clipPath(level, index)}`,
    data_source: `${level}-${goal}`,
    time_dependent: true,
    level,
    goal,
    environment: MANIFEST[level].environment,
    split,
  };
}

const isHeldOut = (level: Level): boolean => level === "l1" || level === "l2" || level === "l3";

/** @param allTraced every training row has a trace, not only those of the cold start. */
function levelSplits(small: boolean, allTraced: boolean): SetSplit[] {
  const count = (level: Level): number => (small ? Math.ceil(COUNTS[level] / SMALL_SHARE) : COUNTS[level]);
  const clips = (level: Level): PlanningClip[] =>
    Array.from({ length: count(level) }, (_, index) => planningClip(level, index));
  const split = (level: Level, own: readonly PlanningClip[], files: SetSplit["files"]): SetSplit => ({
    name: level,
    videos: own.map((planning) => () => renderPlanning(planning)),
    files,
  });
  const rows = (own: readonly PlanningClip[], traced = false): object[] =>
    own.map((planning, index) => rowOf(planning, index, traced));
  const [train, validation] = [clips("train"), clips("validation")];
  const traced = allTraced ? train : train.slice(0, small ? 16 : TRACED);
  const [l1, l2, l3] = [clips("l1"), clips("l2"), clips("l3")];
  const heldOut = [l1, l2, l3].flatMap((level) => rows(level));
  return [
    split("train", train, { "train.json": rowsText(rows(train)), "sft.json": rowsText(rows(traced, true)) }),
    split("validation", validation, { "validation.json": rowsText(rows(validation)) }),
    split("l1", l1, { "heldout-l1.json": rowsText(rows(l1)) }),
    split("l2", l2, { "heldout-l2.json": rowsText(rows(l2)) }),
    split("l3", l3, {
      "heldout-l3.json": rowsText(rows(l3)),
      "heldout.json": rowsText(heldOut),
      "levels.json": `${JSON.stringify(MANIFEST, null, 2)}\n`,
    }),
  ];
}

export const LEVEL_SETS: readonly SampleSet[] = [
  { name: "levels", edition: 1, splits: (small) => levelSplits(small, false) },
  { name: "levels-traced", edition: 1, splits: (small) => levelSplits(small, true) },
];
