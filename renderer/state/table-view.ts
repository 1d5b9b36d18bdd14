/** How the table of runs is looked at, and how that stands in a link: only what differs from the default. */
import type { TableView } from "../../contract/methods.ts";

export const DEFAULT_COLUMNS: readonly string[] = [
  "step",
  "course",
  "metric:reward",
  "heldOut",
  "metric:kl",
  "metric:completions/mean_length",
  "metric:frac_reward_zero_std",
  "created",
];

export const DEFAULT_VIEW: TableView = {
  text: "",
  states: [],
  recipes: [],
  tags: [],
  archived: false,
  sort: "created",
  descending: true,
  columns: [...DEFAULT_COLUMNS],
  group: "",
};

const LISTS = { states: "state", recipes: "recipe", tags: "tag", columns: "column" } as const;
const TEXTS = { text: "filter", sort: "sort", group: "group" } as const;
const SWITCHES = { archived: "archived", descending: "descending" } as const;
/** Keeps "no column at all" apart from "the usual columns". */
const NONE = "none";

/** What of `view` differs from `base`. */
export function changesTo(base: TableView, view: TableView): Partial<TableView> {
  return Object.fromEntries(
    Object.entries(view).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof TableView]),
    ),
  );
}

export function writeView(view: Partial<TableView>, query: URLSearchParams): void {
  for (const [name, key] of Object.entries(TEXTS)) {
    const text = view[name as keyof typeof TEXTS];
    if (text !== undefined) query.set(key, text);
  }
  for (const [name, key] of Object.entries(LISTS)) {
    const list = view[name as keyof typeof LISTS];
    if (list?.length === 0) query.append(key, NONE);
    else for (const one of list ?? []) query.append(key, one);
  }
  for (const [name, key] of Object.entries(SWITCHES)) {
    const on = view[name as keyof typeof SWITCHES];
    if (on !== undefined) query.set(key, on ? "yes" : "no");
  }
}

export function readView(query: URLSearchParams): Partial<TableView> {
  const view: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(TEXTS)) if (query.has(key)) view[name] = query.get(key);
  for (const [name, key] of Object.entries(LISTS)) {
    if (query.has(key)) view[name] = query.getAll(key).filter((one) => one !== NONE);
  }
  for (const [name, key] of Object.entries(SWITCHES)) if (query.has(key)) view[name] = query.get(key) === "yes";
  return view as Partial<TableView>;
}
