/**
 * How often live answers are asked again: fast while the page keeps up, slower while redrawing takes much of its time, so
 * that clicks are answered at once whatever a run writes.
 */

export const FASTEST_MS = 400;
export const SLOWEST_MS = 5_000;
/** Share of the main thread that redrawing may take. */
const MOST = 0.3;
const WINDOW_MS = 1_000;
const STEP = 1.6;

export class Pace {
  #pauseMs = FASTEST_MS;
  #busyMs = 0;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Pause between two answers to the same question. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** The page could do nothing else for `blockedMs` after an answer came in. */
  note(blockedMs: number, now: number): void {
    this.#busyMs += blockedMs;
    const passed = now - this.#since;
    if (passed < WINDOW_MS) return;
    const share = this.#busyMs / passed;
    if (share > MOST) this.#pauseMs = Math.min(SLOWEST_MS, this.#pauseMs * STEP);
    else if (share < MOST / 2) this.#pauseMs = Math.max(FASTEST_MS, this.#pauseMs / STEP);
    this.#busyMs = 0;
    this.#since = now;
  }
}
