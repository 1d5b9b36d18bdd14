/** The table of runs: lines of runs or of groups of runs, any metric or setting as a column, and views that people keep. */
import { z } from "zod";
import type { RunsPage, ValueFacet } from "./run-pages.ts";
import type { RunSummary } from "./runs.ts";

/** Mean over the runs of a group that have the value; the spread is the sample standard deviation, null for one run. */
export interface Spread {
  readonly mean: number;
  readonly std: number | null;
  readonly n: number;
}

export interface RunGroup {
  readonly key: string;
  readonly label: string;
  /** Newest first; the first 500. */
  readonly ids: readonly string[];
  readonly runs: number;
  readonly states: readonly ValueFacet[];
  readonly seeds: readonly number[];
  /** By column. */
  readonly values: Readonly<Record<string, Spread>>;
  /** Sparklines of the reward of its first runs. */
  readonly curves: readonly (readonly number[])[];
  readonly createdAt: number;
}

export type RunLine =
  | {
      readonly kind: "run";
      readonly run: RunSummary;
      /** Values of the columns `setting:…` that were asked for. */
      readonly settings: Readonly<Record<string, string>>;
      readonly inGroup: boolean;
    }
  | { readonly kind: "group"; readonly group: RunGroup; readonly open: boolean };

export interface RunsTable extends Omit<RunsPage, "rows" | "total"> {
  /** From `offset` on. */
  readonly lines: readonly RunLine[];
  readonly totalLines: number;
  /** Runs that match. */
  readonly found: number;
}

const names = z.array(z.string().max(200)).max(100);

/** How the table is looked at: all that a saved view holds and a link says. */
export const tableViewSchema = z.object({
  text: z.string().max(500),
  states: names,
  recipes: names,
  tags: names,
  archived: z.boolean(),
  /** A field of the summary, `metric:` with a metric's name, or `setting:` with a setting's. */
  sort: z.string().max(200),
  descending: z.boolean(),
  columns: names,
  /** `seedless`, `recipe`, `preset`, `state`, `setting:` with a setting's name, or empty. */
  group: z.string().max(200),
});
export type TableView = Readonly<z.infer<typeof tableViewSchema>>;

export interface SavedView {
  readonly id: string;
  readonly name: string;
  readonly view: TableView;
}

export const runTableInputs = {
  "runs.table": tableViewSchema.partial().extend({
    /** Keys of the groups whose runs are listed. */
    open: z.array(z.string()).max(500).optional(),
    offset: z.number().int().min(0).optional(),
    limit: z.number().int().min(1).max(500).optional(),
  }),
  "runs.columns": z.object({}),
  "views.list": z.object({}),
  /** A view of the same name is replaced. */
  "views.save": z.object({ name: z.string().trim().min(1).max(80), view: tableViewSchema }),
  "views.remove": z.object({ id: z.string() }),
} as const;

export interface RunTableResults {
  "runs.table": RunsTable;
  /** What there is to choose from; settings with as many values as they have among all runs. */
  "runs.columns": {
    readonly metrics: readonly string[];
    readonly settings: readonly { readonly name: string; readonly values: number }[];
  };
  "views.list": readonly SavedView[];
  "views.save": SavedView;
  "views.remove": { readonly id: string };
}
