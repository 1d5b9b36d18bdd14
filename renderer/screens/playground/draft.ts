/** What stands in the form, and the question that it makes for a checkpoint. */
import type { AskableModel, AskableSample, RolloutOrigin, TestCase } from "../../../contract/methods.ts";
import type { FrameChange } from "../../../contract/session.ts";
import type { Question } from "./useAsking.ts";

export const FRAME_ORDERS = ["in order", "shuffled", "reversed"] as const;

export interface Draft {
  readonly first: string;
  readonly second: string;
  readonly path: string;
  readonly question: string;
  /** One a line. */
  readonly options: string;
  /** What is right, where that is known: kept with a test case. */
  readonly answer: string;
  readonly temperature: string;
  readonly topP: string;
  readonly topK: string;
  readonly maxTokens: string;
  readonly frames: string;
  readonly pixels: string;
  readonly seed: string;
  readonly shown: (typeof FRAME_ORDERS)[number];
  /** Of a rollout that saw shuffled frames. */
  readonly order: readonly number[] | null;
}

export const EMPTY_DRAFT: Draft = {
  first: "",
  second: "",
  path: "",
  question: "",
  options: "",
  answer: "",
  temperature: "",
  topP: "",
  topK: "",
  maxTokens: "",
  frames: "",
  pixels: "",
  seed: "0",
  shown: "in order",
  order: null,
};

const CHANGES: Readonly<Record<Draft["shown"], FrameChange | null>> = {
  "in order": null,
  shuffled: { kind: "shuffle", frame: 0 },
  reversed: { kind: "reverse", frame: 0 },
};

const numberOr = <Other>(text: string, other: Other): number | Other => (text === "" ? other : Number(text));

/** Empty fields are filled with what the checkpoint was trained with. */
export function questionFor(draft: Draft, model: AskableModel): Question {
  const topK = numberOr(draft.topK, 0);
  return {
    model: model.directory,
    path: draft.path.trim() || null,
    question: draft.question.trim(),
    options: optionsOf(draft),
    frames: numberOr(draft.frames, null),
    // Frames are square enough: people think in the length of a side.
    pixels: draft.pixels === "" ? null : Number(draft.pixels) ** 2,
    order: draft.order === null ? null : [...draft.order],
    temperature: numberOr(draft.temperature, model.temperature),
    topP: numberOr(draft.topP, 1),
    ...(topK > 0 ? { topK } : {}),
    maxTokens: numberOr(draft.maxTokens, model.maxTokens),
    seed: numberOr(draft.seed, 0),
    change: CHANGES[draft.shown],
  };
}

export const optionsOf = ({ options }: Draft): string[] => options.split("\n").filter((line) => line.trim() !== "");

export function fromSample({ path, question, options, answer }: AskableSample): Partial<Draft> {
  return { path, question, options: options.join("\n"), answer, order: null };
}

export function fromCase({ path, question, options, answer, frames }: TestCase): Partial<Draft> {
  const cap = frames === null ? "" : String(frames);
  return { path, question, options: options.join("\n"), answer, frames: cap, order: null };
}

export function fromOrigin({ path, question, options, answer, order, model }: RolloutOrigin): Partial<Draft> {
  return {
    path: path ?? "",
    question,
    options: options.join("\n"),
    answer,
    order,
    ...(model === null ? {} : { first: model }),
  };
}

/** What a field must be changed to before the question can be asked; null where it can. */
export function draftProblem(draft: Draft): string | null {
  const numbers: readonly (readonly [string, string, number, number])[] = [
    ["Temperature", draft.temperature, 0, 10],
    ["Top-p", draft.topP, 0.0001, 1],
    ["Top-k", draft.topK, 0, 100_000],
    ["Tokens", draft.maxTokens, 1, 16_384],
    ["Frames", draft.frames, 1, 1024],
    ["Pixels", draft.pixels, 28, 4096],
    ["Seed", draft.seed, 0, 2 ** 53],
  ];
  const wrong = numbers.find(([, text, low, high]) => text !== "" && !(Number(text) >= low && Number(text) <= high));
  return wrong === undefined ? null : `${wrong[0]}: give a number from ${wrong[2]} to ${wrong[3]}.`;
}
