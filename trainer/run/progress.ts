/** Lines for people in the worker's log: step, rate, time left and the numbers that matter. */

const SHOWN = ["loss", "reward", "accuracy/ordered", "kl", "grad_norm"] as const;

/** `95` as `1 min 35 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export class Progress {
  readonly #total: number;
  readonly #say: (line: string) => void;
  #seconds: number;
  /** Seconds of the newest steps, for a rate that follows changes. */
  #recent: number[] = [];
  #stage = "";

  constructor(total: number, secondsBefore: number, say: (line: string) => void) {
    this.#total = total;
    this.#seconds = secondsBefore;
    this.#say = say;
  }

  /** Seconds spent in updates, over all attempts that are part of this run. */
  trainSeconds(): number {
    return this.#seconds;
  }

  step(
    step: number,
    stage: string,
    metrics: Readonly<Record<string, number>>,
    timings: Readonly<Record<string, number>>,
  ): void {
    if (stage !== this.#stage) this.#recent = [];
    this.#stage = stage;
    const seconds = Object.values(timings).reduce((sum, ms) => sum + ms, 0) / 1000;
    this.#seconds += seconds;
    this.#recent = [...this.#recent.slice(-19), seconds];
    const perStep = this.#recent.reduce((sum, value) => sum + value, 0) / this.#recent.length;
    const numbers = SHOWN.flatMap((name) => (name in metrics ? [`${name} ${metrics[name]!.toPrecision(4)}`] : []));
    const left = duration(perStep * (this.#total - step));
    this.#say(
      `${stage} step ${step} of ${this.#total}: ${numbers.join(", ")}; ${perStep.toFixed(2)} s a step, ${left} left`,
    );
  }
}
