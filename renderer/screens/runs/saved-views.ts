/** Views of the table that people keep: in the menu of the list of runs, and in the palette everywhere. */
import type { SavedView } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { invalidate, useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";

const NO_VIEWS: readonly SavedView[] = [];

export const useSavedViews = (): { readonly views: readonly SavedView[]; readonly loading: boolean } => {
  const { data, loading } = useService("views.list", {});
  return { views: data ?? NO_VIEWS, loading: loading && data === undefined };
};

export const openView = (id: string): void => navigate({ screen: "runs", view: id });

export const viewsChanged = (): void => invalidate((method) => method === "views.list");

/** Each view can be opened by its name from any screen. */
export function useSavedViewActions(): void {
  const { views } = useSavedViews();
  useActions(
    views.map(({ id, name }) => ({
      id: `view-${id}`,
      label: `View: ${name}`,
      group: "Runs" as const,
      keywords: "saved table filter columns groups",
      perform: () => openView(id),
    })),
  );
}
