/**
 * Annotation, Video-R1's way from questions with answers to traces for SFT: a teacher's output is scored by the rules
 * that RL uses, and what passes is kept with the teacher's reasoning.
 */
import { extractAnswer, extractThink } from "./answers.ts";
import type { Sample } from "./records.ts";
import { accuracyReward } from "./rewards/accuracy.ts";

/** Video-R1's cut: an exact one-word free-form answer still passes, its ROUGE mean being 2/3. */
export const KEEP_ABOVE = 0.6;

/** What the teacher said of a row. Field names are those of the published annotation files. */
export interface Annotation {
  readonly problem_id: string;
  /** Everything that the teacher said; "" where there is none. */
  readonly output: string;
  /** What stands in the answer tags. */
  readonly answer: string;
  /** Accuracy by the rules for the row's problem type, 0 .. 1. */
  readonly reward: number;
  /** Reasoning with its `<think>` tags; "" without any. */
  readonly process: string;
  /** Why the row could not be asked; null where it was. */
  readonly error: string | null;
}

/** The best of the teacher's outputs, the first of equals; one with reasoning goes before one without. */
export function annotate(sample: Sample, outputs: readonly string[]): Annotation {
  const judged = outputs.map((output): Annotation => {
    const think = extractThink(output);
    return {
      problem_id: sample.id,
      output,
      answer: extractAnswer(output),
      reward: accuracyReward(sample.problemType, output, sample.solution),
      process: think === null ? "" : `<think>${think.text}</think>`,
      error: null,
    };
  });
  const rank = ({ reward, process }: Annotation): number => reward + (process === "" ? 0 : 2);
  return judged.reduce((best, next) => (rank(next) > rank(best) ? next : best));
}

export function unanswered(sample: Sample, error: string): Annotation {
  return { problem_id: sample.id, output: "", answer: "", reward: 0, process: "", error };
}

/** Whether a row may teach: a reward above the cut, and reasoning to learn. */
export function isKept({ reward, process }: Annotation, keepAbove = KEEP_ABOVE): boolean {
  return reward > keepAbove && process !== "";
}

/** A row of the SFT file: the published fields in their order, then what annotation adds, then the row's own others. */
export function sftRow(sample: Sample, annotation: Annotation): Record<string, unknown> {
  const number = Number(sample.id);
  return {
    problem_id: String(number) === sample.id ? number : sample.id,
    problem: sample.question,
    data_type: sample.dataType,
    problem_type: sample.problemType,
    options: sample.options,
    process: annotation.process,
    solution: sample.solution,
    path: `./${sample.path}`,
    data_source: sample.task,
    answer: annotation.answer,
    reward: annotation.reward,
    ...sample.extra,
  };
}
