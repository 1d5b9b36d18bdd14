/** Filters, sorts and cuts the list of runs. In memory: ten thousand summaries are looked through in milliseconds. */
import type { MethodInput, RunsPage, RunSummary, ValueFacet } from "../../contract/methods.ts";

type Question = MethodInput<"runs.page">;

const DEFAULT_LIMIT = 100;

const FIELDS: Readonly<Record<string, (run: RunSummary) => number | string | null>> = {
  state: (run) => run.state,
  name: (run) => run.name.toLowerCase(),
  step: (run) => run.step,
  heldOut: (run) => run.heldOut,
  eta: (run) => run.etaSec,
  created: (run) => run.createdAt,
  alerts: (run) => run.alerts.length,
  seed: (run) => run.seed,
  recipe: (run) => run.recipe,
};

/** What is searched of a run; made once, since a summary never changes. */
const searched = new WeakMap<RunSummary, string>();
function searchText(run: RunSummary): string {
  let text = searched.get(run);
  if (text === undefined) {
    const { name, id, recipe, preset, state, seed, tags, note } = run;
    text = `${name} ${id} ${recipe} ${preset} ${state} seed ${seed} ${tags.join(" ")} ${note}`.toLowerCase();
    searched.set(run, text);
  }
  return text;
}

/** Every word must stand somewhere in what is known of the run. */
export function pageOfRuns(runs: readonly RunSummary[], question: Question): RunsPage {
  const { states = [], recipes = [], tags = [], archived = false, offset = 0, limit = DEFAULT_LIMIT } = question;
  const words = (question.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const listed = runs.filter((run) => run.archived === archived);
  const found = listed.filter(
    (run) =>
      (states.length === 0 || states.includes(run.state)) &&
      (recipes.length === 0 || recipes.includes(run.recipe)) &&
      tags.every((tag) => run.tags.includes(tag)) &&
      words.every((word) => searchText(run).includes(word)),
  );
  return {
    rows: sorted(found, question).slice(offset, offset + limit),
    total: found.length,
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
function sorted(runs: RunSummary[], { sort = "created", descending = true }: Question): RunSummary[] {
  const metric = sort.startsWith("metric:") ? sort.slice("metric:".length) : null;
  const by = metric === null ? (FIELDS[sort] ?? FIELDS["created"]!) : (run: RunSummary) => run.latest[metric] ?? null;
  const direction = descending ? -1 : 1;
  const keyed = runs.map((run) => ({ run, key: by(run) }));
  keyed.sort((a, b) => {
    if (a.key === b.key) return b.run.createdAt - a.run.createdAt;
    if (a.key === null) return 1;
    if (b.key === null) return -1;
    return a.key < b.key ? -direction : direction;
  });
  return keyed.map(({ run }) => run);
}

function facet(runs: readonly RunSummary[], values: (run: RunSummary) => readonly string[]): ValueFacet[] {
  const counts = new Map<string, number>();
  for (const run of runs) for (const value of values(run)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, runs: count })).sort((a, b) => b.runs - a.runs);
}
