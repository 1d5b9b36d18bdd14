/** The pack's tasks: what kind of answer each wants, and what of a clip it needs. */
import type { ProblemType } from "../../science/records.ts";

export interface TaskFacts {
  readonly problemType: ProblemType;
  /** The order of the frames matters for the answer: ordered against shuffled is measured on these. */
  readonly timeDependent: boolean;
  /** Any single frame is enough. */
  readonly oneFrame: boolean;
}

const choice = { problemType: "multiple choice" } as const;
const inTime: TaskFacts = { ...choice, timeDependent: true, oneFrame: false };
const inOneFrame: TaskFacts = { ...choice, timeDependent: false, oneFrame: true };
const number: Pick<TaskFacts, "problemType"> = { problemType: "numerical" };
const inAnyOrder: TaskFacts = { ...number, timeDependent: false, oneFrame: false };
const told: TaskFacts = { ...inTime, problemType: "free-form" };

export const TASKS = {
  direction: inTime,
  "place-first": inTime,
  "place-last": inTime,
  "turn-first": inTime,
  "turn-last": inTime,
  "color-first": inTime,
  "color-last": inTime,
  "color-after": inTime,
  "color-count": inAnyOrder,
  "appear-first": inTime,
  "appear-last": inTime,
  "appear-when": { ...inTime, ...number },
  "flash-count": inAnyOrder,
  "scene-color": inOneFrame,
  "scene-shape": inOneFrame,
  "scene-place": inOneFrame,
  "scene-count": { ...inOneFrame, ...number },
  "color-when": inTime,
  "place-when": inTime,
  "sign-read": { ...inOneFrame, problemType: "OCR" },
  "spell-read": { ...inTime, problemType: "OCR" },
  "bar-level": { ...inOneFrame, problemType: "regression" },
  "bar-first": { ...inTime, problemType: "regression" },
  "bar-last": { ...inTime, problemType: "regression" },
  "tell-move": told,
  "tell-colors": told,
  "tell-appear": told,
  "tell-bar": told,
} as const satisfies Readonly<Record<string, TaskFacts>>;

export type Task = keyof typeof TASKS;
