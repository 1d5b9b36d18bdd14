/** What is taken from the files of another trainer or tracker, before it is written as a journal of ours. */

export interface ForeignStep {
  /** Milliseconds since 1970; 0 where the files do not say. */
  time: number;
  /** Null: not a finite number. */
  readonly metrics: Map<string, number | null>;
}

export interface ForeignRollout {
  readonly step: number;
  readonly view: "ordered" | "shuffled";
  readonly prompt: string;
  readonly completion: string;
  /** "" where the files do not say. */
  readonly answer: string;
  /** Their sum is `reward`. */
  readonly rewards: Readonly<Record<string, number>>;
  readonly reward: number;
  readonly correct: boolean;
  readonly advantage: number | null;
}

/** Fits the journal's `data_error`. */
export interface FileProblem {
  readonly file: string;
  readonly place: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Files come from strangers: beyond these the import ends with a sentence instead of filling the memory. */
const MOST_VALUES = 20_000_000;
const MOST_METRICS = 5_000;
const MOST_ROLLOUTS = 500_000;
const LONGEST_NAME = 500;
const LONGEST_TEXT = 1_000_000;
const MOST_PROBLEMS = 1_000;

/** Collects one run's values. Of values of one metric and step the last one counts, as in TensorBoard. */
export class ForeignRun {
  readonly steps = new Map<number, ForeignStep>();
  readonly rollouts: ForeignRollout[] = [];
  readonly problems: FileProblem[] = [];
  /** Values that another one of the same metric and step took the place of. */
  replaced = 0;
  readonly #names = new Set<string>();
  #values = 0;

  /** @throws RangeError beyond the limits. */
  add(step: number, time: number, name: string, value: number): void {
    if (!Number.isSafeInteger(step) || step < 0 || name.length > LONGEST_NAME) return;
    this.#names.add(name);
    if (++this.#values > MOST_VALUES || this.#names.size > MOST_METRICS) {
      throw new RangeError(
        `The files hold more than ${MOST_VALUES} values or ${MOST_METRICS} metrics: import a part of them.`,
      );
    }
    let at = this.steps.get(step);
    if (at === undefined) this.steps.set(step, (at = { time: 0, metrics: new Map() }));
    if (Number.isFinite(time)) at.time = Math.max(at.time, time);
    if (at.metrics.has(name)) this.replaced++;
    at.metrics.set(name, Number.isFinite(value) ? value : null);
  }

  /** @throws RangeError beyond the limits. */
  addRollout(rollout: ForeignRollout): void {
    if (this.rollouts.length === MOST_ROLLOUTS) {
      throw new RangeError(`The files hold more than ${MOST_ROLLOUTS} rollouts: import a part of them.`);
    }
    const cut = (text: string): string => (text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text);
    this.rollouts.push({ ...rollout, prompt: cut(rollout.prompt), completion: cut(rollout.completion) });
  }

  problem(problem: FileProblem): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
  }

  get metricNames(): ReadonlySet<string> {
    return this.#names;
  }
}
