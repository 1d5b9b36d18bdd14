/** What is wrong with a run's data, in its journal: each problem once, and no more lines than somebody would read. */
import type { Journal } from "../run/journal.ts";
import { dataErrorKey } from "../run/journal-scan.ts";
import type { DataProblem } from "./samples.ts";

/** Further ones are counted. A dataset of 260,000 rows with a wrong media root must not fill a journal. */
export const LISTED_DATA_ERRORS = 500;

export class DataReport {
  readonly #journal: Journal;
  readonly #say: (line: string) => void;
  readonly #known: Set<string>;
  readonly #unlisted = new Set<string>();
  #nextNotice = 1;

  constructor(journal: Journal, say: (line: string) => void) {
    this.#journal = journal;
    this.#say = say;
    this.#known = new Set(journal.before.dataErrors);
  }

  /** Journals a problem, unless it is known or the list is full. */
  readonly add = ({ file, place, reason, remedy }: DataProblem): void => {
    const key = dataErrorKey(file, place);
    if (this.#known.has(key) || this.#unlisted.has(key)) return;
    if (this.#known.size < LISTED_DATA_ERRORS) {
      this.#known.add(key);
      this.#journal.append({ type: "data_error", file, place, reason, remedy });
      this.#say(`data error: ${file} (${place}): ${reason}. ${remedy}`);
      return;
    }
    this.#unlisted.add(key);
    // At 1, 10, 100 …: a run that is killed has said roughly how many there were.
    if (this.#unlisted.size === this.#nextNotice) {
      this.#nextNotice *= 10;
      this.#notice();
    }
  };

  /** The exact number, at the run's end. */
  finish(): void {
    if (this.#unlisted.size > 0 && this.#unlisted.size * 10 !== this.#nextNotice) this.#notice();
  }

  #notice(): void {
    const message = `${LISTED_DATA_ERRORS} data errors are listed, and ${this.#unlisted.size} more were found. The dataset's report under Data names them all.`;
    this.#journal.append({
      type: "notice",
      level: "warning",
      message,
      step: this.#journal.lastStep,
      rule: "data-errors",
    });
    this.#say(message);
  }
}
