/** Questions about clips in which something impossible happens, with what the model claimed. */
import { z } from "zod";
import type { GroupView } from "./rollouts.ts";

/** Answers to such questions over a run, by the question's task (a category) and its law. */
export interface HallucinationCount {
  readonly task: string;
  readonly law: string;
  readonly groups: number;
  readonly answers: number;
  readonly wrong: number;
  /** Shares of wrong answers in the first and the last third of the groups: whether looking is learnt. */
  readonly early: number;
  readonly late: number;
}

export interface HallucinationBoard {
  readonly counts: readonly HallucinationCount[];
  /** The newest ones, newest first, with their frames. */
  readonly probes: readonly GroupView[];
}

export const hallucinationInputs = {
  "analysis.hallucinations": z.object({
    run: z.string(),
    /** Only probes of this law; all where it is left out. */
    law: z.string().optional(),
    limit: z.number().int().min(1).max(100).optional(),
  }),
} as const;

export interface HallucinationResults {
  "analysis.hallucinations": HallucinationBoard;
}
