/** Words on the terminal: a progress line with rate and time left, tables, and how a long time is said. */

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "—";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? "—" : `${(share * 100).toFixed(1)} %`;

/** One line that is written over on a terminal; elsewhere a new line at most every few seconds. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #last = 0;
  #text = "";

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (text === this.#text) return;
    const now = Date.now();
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[2K${text.slice(0, (this.#stream.columns ?? 120) - 1)}`);
    } else if (now - this.#last > 5000) {
      this.#stream.write(`${text}\n`);
    } else {
      return;
    }
    this.#text = text;
    this.#last = now;
  }

  /** Ends the line and writes `text` as one that stays. */
  say(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? "\r\u001b[2K" : ""}${text}\n`);
    this.#text = "";
  }
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
