/** Rows of the conformance report: how many values agreed, how far off the worst was, and what was not looked at. */

export interface Row {
  readonly section: string;
  readonly name: string;
  readonly state: "passed" | "failed" | "not yet";
  /** Values or cases compared. */
  readonly count: number;
  /** Largest error in units of the comparison; null where equality was asked for. */
  readonly worst: number | null;
  readonly tolerance: number | null;
  /** Why it failed, or what is missing. */
  readonly detail: string;
}

/** Collects the rows of one section. */
export class Section {
  readonly name: string;
  readonly rows: Row[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Starts a comparison of many values that becomes one row. */
  check(name: string, tolerance: number | null = null): Check {
    return new Check(this, name, tolerance);
  }

  notYet(name: string, detail: string): void {
    this.rows.push({ section: this.name, name, state: "not yet", count: 0, worst: null, tolerance: null, detail });
  }

  fail(name: string, detail: string): void {
    this.rows.push({ section: this.name, name, state: "failed", count: 0, worst: null, tolerance: null, detail });
  }

  /** Runs a comparison; an exception fails its row instead of ending the report. */
  async attempt(name: string, work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof MissingInput) throw error;
      this.fail(name, error instanceof Error ? error.message : String(error));
    }
  }
}

/** A folder or file that should be there is not: ends the run with exit code 2. */
export class MissingInput extends Error {}

type Scale = "absolute" | "relative";

export class Check {
  readonly #section: Section;
  readonly #name: string;
  readonly #tolerance: number | null;
  #count = 0;
  #worst = 0;
  #failures = 0;
  #first = "";

  constructor(section: Section, name: string, tolerance: number | null) {
    this.#section = section;
    this.#name = name;
    this.#tolerance = tolerance;
  }

  /** Two numbers, the second is the reference. Equal non-finite values agree. */
  near(actual: number, expected: number, where: string, scale: Scale = "absolute"): void {
    this.#count++;
    const size = scale === "relative" ? Math.max(1e-300, Math.abs(expected)) : 1;
    const error = Object.is(actual, expected) || actual === expected ? 0 : Math.abs(actual - expected) / size;
    if (!(error <= this.#worst)) this.#worst = error;
    if (!(error <= (this.#tolerance ?? 0))) this.#note(`${where}: ${actual} instead of ${expected}`);
  }

  /** Two arrays of numbers of one length. */
  allNear(actual: ArrayLike<number>, expected: ArrayLike<number>, where: string, scale: Scale = "absolute"): void {
    if (actual.length !== expected.length) {
      this.#count++;
      this.#note(`${where}: ${actual.length} values instead of ${expected.length}`);
      return;
    }
    for (let i = 0; i < expected.length; i++) this.near(actual[i]!, expected[i]!, `${where}[${i}]`, scale);
  }

  /** Two plain values, compared as JSON. */
  same(actual: unknown, expected: unknown, where: string): void {
    this.#count++;
    const a = JSON.stringify(actual);
    const b = JSON.stringify(expected);
    if (a !== b) this.#note(`${where}: ${shorten(a)} instead of ${shorten(b)}`);
  }

  isTrue(condition: boolean, where: string): void {
    this.#count++;
    if (!condition) this.#note(where);
  }

  /** Writes the row. Nothing compared is `not yet`, never passed. */
  done(): void {
    if (this.#count === 0) {
      this.#section.notYet(this.#name, "the folder holds no such case");
      return;
    }
    this.#section.rows.push({
      section: this.#section.name,
      name: this.#name,
      state: this.#failures === 0 ? "passed" : "failed",
      count: this.#count,
      worst: this.#tolerance === null ? null : this.#worst,
      tolerance: this.#tolerance,
      detail: this.#failures === 0 ? "" : `${this.#failures} of ${this.#count} differ; first: ${this.#first}`,
    });
  }

  #note(what: string): void {
    if (this.#failures++ === 0) this.#first = what;
  }
}

function shorten(text: string | undefined): string {
  return text === undefined ? "nothing" : text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
