/** The list of runs, page by page, and what people say of runs. */
import { z } from "zod";
import type { RunSummary } from "./runs.ts";

/** How many runs have a value, for the filters. */
export interface ValueFacet {
  readonly value: string;
  readonly runs: number;
}

export interface RunsPage {
  /** From `offset` on, in the order asked for. */
  readonly rows: readonly RunSummary[];
  /** Runs that match. */
  readonly total: number;
  /** Runs of the data folder, archived ones left out unless asked for. */
  readonly all: number;
  readonly active: number;
  readonly archived: number;
  readonly facets: {
    readonly states: readonly ValueFacet[];
    readonly recipes: readonly ValueFacet[];
    readonly tags: readonly ValueFacet[];
  };
}

const names = z.array(z.string()).max(50).optional();

export const runPageInputs = {
  "runs.page": z.object({
    /** Words that name, id, recipe, preset, state, tags or note must hold. */
    text: z.string().max(500).optional(),
    states: names,
    recipes: names,
    tags: names,
    /** Default: those that are not archived. */
    archived: z.boolean().optional(),
    /** A field of the summary, or `metric:` with a metric's name. */
    sort: z.string().max(200).optional(),
    descending: z.boolean().optional(),
    offset: z.number().int().min(0).optional(),
    limit: z.number().int().min(1).max(500).optional(),
  }),
  /** The ids of all runs that a filter finds are not needed: at most these are marked at once. */
  "runs.mark": z.object({
    runs: z.array(z.string()).min(1).max(500),
    /** Null or empty: the name that the run was launched with. */
    name: z.string().max(200).nullable().optional(),
    note: z.string().max(20_000).optional(),
    archived: z.boolean().optional(),
    tags: z.array(z.string().min(1).max(60)).max(50).optional(),
    addTags: z.array(z.string().min(1).max(60)).max(50).optional(),
  }),
} as const;

export interface RunPageResults {
  "runs.page": RunsPage;
  "runs.mark": { readonly runs: readonly string[] };
}
