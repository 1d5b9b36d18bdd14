/** The table of runs: what a question finds as lines, in groups where it asks for them. */
import type { MethodInput, RunGroup, RunLine, RunsTable, RunSummary, Spread } from "../../contract/methods.ts";
import { fieldOf, SETTING } from "./fields.ts";
import { compareKeys, facet, findRuns } from "./page.ts";
import type { RunSettings } from "./run-settings.ts";

type Question = MethodInput<"runs.table">;

const DEFAULT_LIMIT = 100;
const MOST_IDS = 500;
const MOST_CURVES = 6;

export function tableOfRuns(runs: readonly RunSummary[], question: Question, settings: RunSettings): RunsTable {
  const { offset = 0, limit = DEFAULT_LIMIT, group = "", open = [], columns = [] } = question;
  const { found, ...rest } = findRuns(runs, question, settings);
  const asked = columns.filter((column) => column.startsWith(SETTING)).map((column) => column.slice(SETTING.length));
  const lineOf = (run: RunSummary, inGroup: boolean): RunLine => ({
    kind: "run",
    run,
    settings: Object.fromEntries(
      asked.flatMap((name) => {
        const value = settings.value(run, name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    inGroup,
  });
  if (group === "") {
    const lines = found.slice(offset, offset + limit).map((run) => lineOf(run, false));
    return { lines, totalLines: found.length, found: found.length, ...rest };
  }
  const opened = new Set(open);
  // A place in the table is a group or a run of an open one; only those on the page become lines.
  const places: ({ readonly members: readonly RunSummary[]; readonly key: string } | RunSummary)[] = [];
  for (const [key, members] of sortedGroups(found, question, settings)) {
    places.push({ key, members });
    if (opened.has(key)) places.push(...members);
  }
  const lines = places.slice(offset, offset + limit).map((place): RunLine =>
    "members" in place
      ? {
          kind: "group",
          group: describeGroup(place.key, place.members, group, columns, settings),
          open: opened.has(place.key),
        }
      : lineOf(place, true),
  );
  return { lines, totalLines: places.length, found: found.length, ...rest };
}

/** Runs keep their order within a group; groups stand in the order of their means, or of their first run. */
function sortedGroups(found: readonly RunSummary[], question: Question, settings: RunSettings) {
  const { sort = "created", descending = true, group = "" } = question;
  const keyOf = groupKey(group, settings);
  const groups = new Map<string, RunSummary[]>();
  for (const run of found) {
    const key = keyOf(run);
    const members = groups.get(key);
    if (members) members.push(run);
    else groups.set(key, [run]);
  }
  const by = fieldOf(sort, settings);
  const keyed = [...groups].map(([key, members]) => {
    const values = members.map(by);
    // Without any value a group stands where its runs do: last.
    const numbers = values.filter((value) => typeof value === "number");
    const rank = sort === "created" || numbers.length === 0 ? (values[0] ?? null) : spreadOf(numbers)!.mean;
    return { key, members, rank };
  });
  return keyed
    .sort((a, b) => compareKeys(a.rank, b.rank, descending))
    .map(({ key, members }) => [key, members] as const);
}

/** What runs of one group have in common. */
function groupKey(group: string, settings: RunSettings): (run: RunSummary) => string {
  if (group === "seedless") return (run) => settings.seedless(run);
  if (group.startsWith(SETTING)) return (run) => settings.value(run, group.slice(SETTING.length)) ?? "";
  const field = fieldOf(group, settings);
  return (run) => String(field(run) ?? "");
}

function describeGroup(
  key: string,
  members: readonly RunSummary[],
  group: string,
  columns: readonly string[],
  settings: RunSettings,
): RunGroup {
  const values = columns.flatMap((column): [string, Spread][] => {
    const spread = spreadOf(members.map(fieldOf(column, settings)).filter((value) => typeof value === "number"));
    return spread ? [[column, spread]] : [];
  });
  return {
    key,
    label: labelOf(key, members, group),
    ids: members.slice(0, MOST_IDS).map(({ id }) => id),
    runs: members.length,
    states: facet(members, (run) => [run.state]),
    seeds: [...new Set(members.map(({ seed }) => seed))].sort((a, b) => a - b).slice(0, 20),
    values: Object.fromEntries(values),
    curves: members
      .filter(({ sparkline }) => sparkline.metric === "reward" && sparkline.values.length > 1)
      .slice(0, MOST_CURVES)
      .map(({ sparkline }) => sparkline.values),
    createdAt: Math.max(...members.map(({ createdAt }) => createdAt)),
  };
}

const withoutSeed = (name: string): string => name.replace(/[\s·,|_-]*\bseed\s*[=:]?\s*\d+/gi, "").trim();

function labelOf(key: string, members: readonly RunSummary[], group: string): string {
  if (group !== "seedless") return key === "" ? "none" : key;
  const names = new Set(members.map(({ name }) => withoutSeed(name)));
  const [name] = names;
  return names.size === 1 && name ? name : `${members[0]!.recipe} · ${members[0]!.preset}`;
}

/** Mean and sample standard deviation; null of nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  const finite = values.filter(Number.isFinite);
  const n = finite.length;
  if (n === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : null, n };
}

/** What the chooser of columns offers. */
export function columnsOfRuns(runs: readonly RunSummary[], settings: RunSettings) {
  const metrics = new Set<string>();
  const values = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const name of Object.keys(run.latest)) metrics.add(name);
    for (const name of ["recipe", "preset", "seed", ...settings.names(run)]) {
      const known = values.get(name);
      const value = settings.value(run, name)!;
      if (known) known.add(value);
      else values.set(name, new Set([value]));
    }
  }
  return {
    metrics: [...metrics].sort(),
    settings: [...values].map(([name, all]) => ({ name, values: all.size })),
  };
}
