/** How the table is looked at now: a saved view or the usual table, with what the address changes of it. */
import { useMemo } from "react";
import type { SavedView, TableView } from "../../../contract/methods.ts";
import { changesTo, DEFAULT_COLUMNS, DEFAULT_VIEW } from "../../state/table-view.ts";
import { navigate } from "../../state/route.ts";
import { useSavedViews } from "./saved-views.ts";

/** The columns that were chosen last: of the plain list, where no link says otherwise. */
const COLUMNS_KEY = "secondlook.runs.columns.2";

function storedColumns(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(COLUMNS_KEY) ?? "null");
    return Array.isArray(stored) ? stored.map(String) : [...DEFAULT_COLUMNS];
  } catch {
    return [...DEFAULT_COLUMNS];
  }
}

export interface ShownView {
  readonly view: TableView;
  readonly saved: SavedView | null;
  /** It differs from the saved view, or from the usual table. */
  readonly isChanged: boolean;
  readonly change: (change: Partial<TableView>) => void;
  readonly loading: boolean;
}

export function useTableView(id: string | null, changed: Partial<TableView>): ShownView {
  const { views, loading } = useSavedViews();
  const saved = views.find((candidate) => candidate.id === id) ?? null;
  const base = useMemo<TableView>(() => saved?.view ?? { ...DEFAULT_VIEW, columns: storedColumns() }, [saved]);
  const view = useMemo(() => ({ ...base, ...changed }), [base, changed]);
  const change = (next: Partial<TableView>) => {
    if (next.columns && !saved) localStorage.setItem(COLUMNS_KEY, JSON.stringify(next.columns));
    const table = changesTo(base, { ...view, ...next });
    navigate({ screen: "runs", view: saved?.id ?? null, table }, "replace");
  };
  const isChanged = Object.keys(changesTo(saved?.view ?? DEFAULT_VIEW, view)).length > 0;
  return { view, saved, isChanged, change, loading: loading && id !== null };
}
