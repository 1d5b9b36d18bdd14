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

  /** Milliseconds by phase, and `total` since the clock was made. */
  timings(): Record<string, number> {
    const rounded = Object.entries(this.#timings).map(([phase, ms]) => [phase, Math.round(ms * 100) / 100]);
    return { ...Object.fromEntries(rounded), total: Math.round((performance.now() - this.#started) * 100) / 100 };
  }

  totalSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
