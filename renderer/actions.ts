/**
 * Everything a person can do, as data, in one registry: buttons, the palette, keyboard shortcuts, the help page and the
 * desktop menu are all made from it. Screens add their own actions while they are shown.
 */
import { useEffect, useRef } from "react";
import { create } from "zustand";

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: "Go to" | "Runs" | "Run" | "Rollouts" | "Charts" | "Data" | "Evals" | "Playground" | "View" | "Help";
  /** Keys as in `g r`, `N`, `Ctrl+K`; several ways are separated by " or ". */
  readonly shortcut?: string;
  readonly keywords?: string;
  readonly enabled?: boolean;
  /** Not listed in the palette: moves such as next and previous. */
  readonly hidden?: boolean;
  readonly perform: () => void;
}

const useRegistry = create<{ layers: readonly { readonly owner: symbol; readonly actions: readonly Action[] }[] }>(
  () => ({ layers: [] }),
);

/** All actions now, those of the newest layer first; a newer action hides an older one with the same id. */
export function currentActions(): readonly Action[] {
  const byId = new Map<string, Action>();
  for (const layer of [...useRegistry.getState().layers].reverse()) {
    for (const action of layer.actions) if (!byId.has(action.id)) byId.set(action.id, action);
  }
  return [...byId.values()];
}

/** Adds actions while the caller is on screen. The list may be new at each render: `perform` always runs the newest. */
export function useActions(actions: readonly Action[]): void {
  const newest = useRef(actions);
  useEffect(() => {
    newest.current = actions;
  });
  // The registry changes only when what people see of the actions does.
  const signature = JSON.stringify(actions.map(({ perform: _, ...shown }) => shown));
  useEffect(() => {
    const owner = Symbol("actions");
    const layer = {
      owner,
      actions: newest.current.map((action) => ({
        ...action,
        perform: () => newest.current.find(({ id }) => id === action.id)?.perform(),
      })),
    };
    useRegistry.setState(({ layers }) => ({ layers: [...layers, layer] }));
    return () => useRegistry.setState(({ layers }) => ({ layers: layers.filter((other) => other.owner !== owner) }));
  }, [signature]);
}

/** Re-renders the caller when actions come and go. */
export function useCurrentActions(): readonly Action[] {
  useRegistry();
  return currentActions();
}

/** Runs an action by name, as the desktop menu does; false when there is none now. */
export function performAction(id: string): boolean {
  const action = currentActions().find((candidate) => candidate.id === id && candidate.enabled !== false);
  action?.perform();
  return action !== undefined;
}
