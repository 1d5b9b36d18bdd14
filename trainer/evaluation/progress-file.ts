/** Says how far an evaluation is: a small file for the window, lines for people. Neither is part of the results. */
import type { EvaluationProgress } from "../../contract/evaluation.ts";
import { writeFileAtomically } from "../run/durable.ts";

const LINE_EVERY_MS = 5000;

export class ProgressFile {
  readonly #path: string;
  readonly #total: number;
  readonly #say: (line: string) => void;
  #done = 0;
  #fromDone = 0;
  #started = 0;
  #lastLine = 0;

  constructor(path: string, total: number, say: (line: string) => void) {
    this.#path = path;
    this.#total = total;
    this.#say = say;
  }

  /** `done`: what an earlier start has left. */
  start(done: number): void {
    this.#done = this.#fromDone = done;
    this.#started = this.#lastLine = performance.now();
    if (done > 0) this.#say(`going on after ${done} of ${this.#total} answers`);
    this.#write("answering");
  }

  advance(answers: number): void {
    this.#done += answers;
    const { itemsPerSecond, secondsLeft } = this.#write("answering");
    const now = performance.now();
    if (now - this.#lastLine < LINE_EVERY_MS && this.#done < this.#total) return;
    this.#lastLine = now;
    const speed = itemsPerSecond === null ? "" : `, ${itemsPerSecond.toFixed(1)} a second`;
    const left = secondsLeft === null || this.#done >= this.#total ? "" : `, ${Math.ceil(secondsLeft)} s left`;
    this.#say(`${this.#done} of ${this.#total} answers${speed}${left}`);
  }

  #write(phase: EvaluationProgress["phase"]): EvaluationProgress {
    const seconds = (performance.now() - this.#started) / 1000;
    const fresh = this.#done - this.#fromDone;
    const itemsPerSecond = fresh > 0 && seconds > 0 ? fresh / seconds : null;
    const progress: EvaluationProgress = {
      phase,
      done: this.#done,
      total: this.#total,
      itemsPerSecond,
      secondsLeft: itemsPerSecond === null ? null : (this.#total - this.#done) / itemsPerSecond,
      message: null,
    };
    writeFileAtomically(this.#path, JSON.stringify(progress));
    return progress;
  }
}

/** The last word of a worker. */
export function endProgress(path: string, phase: "done" | "stopped" | "failed", message: string | null): void {
  const end: EvaluationProgress = { phase, done: 0, total: 0, itemsPerSecond: null, secondsLeft: null, message };
  writeFileAtomically(path, JSON.stringify(end));
}
