/** Where a step's time goes. */

export class PhaseClock {
  readonly #timings: Record<string, number> = {};
  readonly #started = performance.now();

  /** Runs the work and adds its wall time to the phase. */
  async time<Result>(phase: string, work: () => Promise<Result> | Result): Promise<Result> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#timings[phase] = (this.#timings[phase] ?? 0) + performance.now() - start;
    }
  }

  /** Milliseconds by phase; `other` is what no phase took, so that they add up to the step's wall time. */
  timings(): Record<string, number> {
    const named = Object.values(this.#timings).reduce((sum, ms) => sum + ms, 0);
    const all = { ...this.#timings, other: Math.max(0, performance.now() - this.#started - named) };
    return Object.fromEntries(Object.entries(all).map(([phase, ms]) => [phase, Math.round(ms * 100) / 100]));
  }

  totalSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
