/** Records as other systems publish them, turned into rows of Video-R1's format, which everything here reads. */

/** A row as `records.ts` reads it, or why the record gives none. */
export type Converted =
  { readonly kind: "row"; readonly row: object } | { readonly kind: "problem"; readonly reason: string };

export interface PublishedFormat {
  /** What `secondlook convert` takes. */
  readonly id: string;
  readonly about: string;
  /** What the rows' paths start from. */
  readonly media: string;
  /** Never throws; the same record gives the same row. */
  convert(record: unknown): Converted;
}

export const row = (value: object): Converted => ({ kind: "row", row: value });
export const problem = (reason: string): Converted => ({ kind: "problem", reason });

/** "A. left" and so on. */
export const lettered = (texts: readonly string[]): string[] =>
  texts.map((text, place) => `${String.fromCharCode(65 + place)}. ${text}`);

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The first thing that is wrong, with its field. */
export const firstIssue = (issues: readonly Issue[]): string =>
  `${issues[0]!.path.join(".") || "the record"}: ${issues[0]!.message}`;
