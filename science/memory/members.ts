/** A team of processes that train together, and the largest part of a pass that one of them computes. */

export interface Members {
  readonly processes: number;
  /** Each computes on a GPU of its own, whose memory counts then. */
  readonly gpus: boolean;
}

export const ONE_PROCESS: Members = { processes: 1, gpus: false };

export interface Share {
  readonly prompts: number;
  readonly completions: number;
}

/**
 * What the busiest member computes of a batch of equal groups, as native/team/shares.ts divides it: whole groups where there
 * are enough of them, else parts of groups, each behind its whole prompt.
 */
export function largestShare({ prompts, completions }: Share, processes: number): Share {
  const parts = prompts >= processes ? 1 : Math.min(completions, Math.ceil(processes / Math.max(1, prompts)));
  return {
    prompts: Math.ceil((prompts * parts) / processes),
    completions: Math.ceil(completions / Math.max(1, parts)),
  };
}
