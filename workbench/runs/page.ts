/** Filters, sorts and cuts the list of runs. In memory: ten thousand summaries are looked through in milliseconds. */
import type { MethodInput, RunsPage, RunSummary, ValueFacet } from "../../contract/methods.ts";
import { fieldOf, type RunField } from "./fields.ts";
import { runTests } from "./run-query.ts";
import type { RunSettings } from "./run-settings.ts";

type Question = MethodInput<"runs.page">;

const DEFAULT_LIMIT = 100;

/** Runs that a question finds, in its order, with what the filters offer. */
export interface FoundRuns extends Omit<RunsPage, "rows" | "total"> {
  readonly found: readonly RunSummary[];
}

/** @param settings null where no question names one */
export function pageOfRuns(
  runs: readonly RunSummary[],
  question: Question,
  settings: RunSettings | null = null,
): RunsPage {
  const { offset = 0, limit = DEFAULT_LIMIT } = question;
  const { found, ...rest } = findRuns(runs, question, settings);
  return { rows: found.slice(offset, offset + limit), total: found.length, ...rest };
}

export function findRuns(
  runs: readonly RunSummary[],
  question: Omit<Question, "offset" | "limit">,
  settings: RunSettings | null,
): FoundRuns {
  const { states = [], recipes = [], tags = [], archived = false } = question;
  const tests = runTests(question.text ?? "", settings);
  const listed = runs.filter((run) => run.archived === archived);
  const found = listed.filter(
    (run) =>
      (states.length === 0 || states.includes(run.state)) &&
      (recipes.length === 0 || recipes.includes(run.recipe)) &&
      tags.every((tag) => run.tags.includes(tag)) &&
      tests.every((test) => test(run)),
  );
  const { sort = "created", descending = true } = question;
  return {
    found: sorted(found, fieldOf(sort, settings), descending),
    all: listed.length,
    active: listed.filter(({ alive }) => alive).length,
    archived: archived ? listed.length : runs.length - listed.length,
    facets: {
      states: facet(listed, (run) => [run.state]),
      recipes: facet(listed, (run) => [run.recipe]),
      tags: facet(listed, (run) => run.tags),
    },
  };
}

/** What has no value comes last either way; equals stay newest first. */
function sorted(runs: RunSummary[], by: RunField, descending: boolean): RunSummary[] {
  const keyed = runs.map((run) => ({ run, key: by(run) }));
  keyed.sort((a, b) => compareKeys(a.key, b.key, descending) || b.run.createdAt - a.run.createdAt);
  return keyed.map(({ run }) => run);
}

/** Null comes last either way. Numbers stand before words where a setting has both. */
export function compareKeys(a: number | string | null, b: number | string | null, descending: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const before = typeof a === typeof b ? a < b : typeof a === "number";
  return before === descending ? 1 : -1;
}

export function facet(runs: readonly RunSummary[], values: (run: RunSummary) => readonly string[]): ValueFacet[] {
  const counts = new Map<string, number>();
  for (const run of runs) for (const value of values(run)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, runs: count })).sort((a, b) => b.runs - a.runs);
}
