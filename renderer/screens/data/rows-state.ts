/** What is asked of a dataset's rows, kept while the window is open: a look at one row leads back to the same list. */
import { useMemo } from "react";
import { create } from "zustand";
import type { DatasetFilter, DatasetRow, MethodInput } from "../../../contract/methods.ts";
import { useServices } from "../../state/queries.ts";

export type RowSort = NonNullable<MethodInput<"datasets.rows">["sort"]>;

export interface RowsView {
  readonly filter: DatasetFilter;
  readonly sort: RowSort;
  readonly look: "table" | "grid";
  /** Place in the list that is selected; -1 for none. */
  readonly selected: number;
}

const FRESH: RowsView = { filter: {}, sort: "row", look: "table", selected: -1 };

const useViews = create<{ views: Readonly<Record<string, RowsView>> }>(() => ({ views: {} }));

export function useRowsView(dataset: string): readonly [RowsView, (change: Partial<RowsView>) => void] {
  const view = useViews((state) => state.views[dataset]) ?? FRESH;
  const change = (next: Partial<RowsView>) =>
    useViews.setState(({ views }) => ({ views: { ...views, [dataset]: { ...(views[dataset] ?? FRESH), ...next } } }));
  return [view, change];
}

/** Rows a request brings. */
const PAGE = 100;

/** The rows from `first` to `last` of the list, those that came; the others are on their way. */
export function useRowRange(
  dataset: string,
  { filter, sort }: Pick<RowsView, "filter" | "sort">,
  first: number,
  last: number,
  addresses: boolean,
): { readonly total: number | undefined; readonly error: Error | null; at(place: number): DatasetRow | undefined } {
  const from = Math.floor(first / PAGE);
  const to = Math.floor(Math.max(first, last) / PAGE);
  const pages = useMemo(() => Array.from({ length: to - from + 1 }, (_, index) => from + index), [from, to]);
  const queries = useServices(
    "datasets.rows",
    pages.map((page) => ({
      dataset,
      filter,
      sort,
      from: page * PAGE,
      count: PAGE,
      ...(addresses ? { addresses } : {}),
    })),
  );
  return {
    total: queries.find(({ data }) => data)?.data?.total,
    error: queries.find(({ error }) => error)?.error ?? null,
    at: (place) => queries[Math.floor(place / PAGE) - from]?.data?.rows[place % PAGE],
  };
}
