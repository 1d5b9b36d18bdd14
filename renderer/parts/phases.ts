/** Where the time of a step goes, made short enough to be read. */

export interface Phase {
  readonly name: string;
  readonly milliseconds: number;
}

/** Phases with a colour of their own; the rest is shown as one. */
const NAMED_PHASES = 5;
const LEAST_SHARE = 0.01;
const LEAST_REST_MS = 0.5;

/** The longest phases, then all others together: their sum stays the same. */
export function foldPhases(phases: readonly Phase[]): Phase[] {
  const named = phases.filter(({ name }) => name !== "other").sort((a, b) => b.milliseconds - a.milliseconds);
  const total = phases.reduce((sum, phase) => sum + phase.milliseconds, 0);
  const head = named.slice(0, NAMED_PHASES).filter(({ milliseconds }) => milliseconds >= LEAST_SHARE * total);
  const rest = total - head.reduce((sum, phase) => sum + phase.milliseconds, 0);
  return rest > LEAST_REST_MS ? [...head, { name: "other", milliseconds: rest }] : head;
}
