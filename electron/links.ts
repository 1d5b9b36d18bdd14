/** Links on their way to the page: one that comes before the page listens, or while there is none, waits for it. */
export class Links {
  #waiting: string | null;
  #send: ((fragment: string) => void) | null = null;

  /** @param first where the program's own arguments lead; null: nowhere. */
  constructor(first: string | null) {
    this.#waiting = first;
  }

  /** Where a window that opens now begins; the link is followed by that. */
  takeWaiting(): string | null {
    const fragment = this.#waiting;
    this.#waiting = null;
    return fragment;
  }

  follow(fragment: string): void {
    if (this.#send) this.#send(fragment);
    else this.#waiting = fragment;
  }

  pageListens(send: (fragment: string) => void): void {
    this.#send = send;
    const fragment = this.takeWaiting();
    if (fragment !== null) send(fragment);
  }

  /** It loads anew, has crashed, or its window is closed. */
  pageIsGone(): void {
    this.#send = null;
  }
}
