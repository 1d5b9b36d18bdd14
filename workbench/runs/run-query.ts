/**
 * The words that filter runs. A word must stand somewhere in what is known of a run; `-word` must not. `state:failed`,
 * `tag:paper` and `rl.klBeta=0.02` ask one thing, `kl>0.1`, `heldout>=0.6` and `step<100` compare numbers; a minus before
 * them turns them round.
 */
import type { RunSummary } from "../../contract/methods.ts";
import { FIELDS } from "./fields.ts";
import type { RunSettings } from "./run-settings.ts";

export type RunTest = (run: RunSummary) => boolean;

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

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
};

/** One test a word; a comparison whose number is still being typed holds for every run. */
export function runTests(text: string, settings: RunSettings | null): RunTest[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      const negated = word.length > 1 && word.startsWith("-");
      const test = testOf(negated ? word.slice(1) : word, settings);
      if (test === null) return [];
      return [negated ? (run: RunSummary) => !test(run) : test];
    });
}

function testOf(word: string, settings: RunSettings | null): RunTest | null {
  const [, key, operator, wanted] = /^([\w./]+?)(>=|<=|>|<|=|:)(.*)$/.exec(word) ?? [];
  if (key === undefined || operator === undefined || wanted === undefined) {
    const lower = word.toLowerCase();
    return (run) => searchText(run).includes(lower);
  }
  if (wanted === "") return null;
  const compare = COMPARISONS[operator];
  if (compare) {
    const bound = Number(wanted);
    return Number.isNaN(bound)
      ? null
      : (run) => valuesOf(run, key, settings).some((value) => value !== "" && compare(Number(value), bound));
  }
  const lower = wanted.toLowerCase();
  return (run) => valuesOf(run, key, settings).some((value) => isLike(value, lower, operator === "="));
}

function isLike(value: string | number, wanted: string, exactly: boolean): boolean {
  if (typeof value === "number" || (wanted !== "" && value !== "" && !Number.isNaN(Number(wanted)))) {
    if (!Number.isNaN(Number(value))) return Number(value) === Number(wanted);
  }
  const text = String(value).toLowerCase();
  return exactly ? text === wanted : text.includes(wanted);
}

/** All that a run has under a name: a field, a metric's newest value, or a setting by its whole or its last name. */
function valuesOf(run: RunSummary, key: string, settings: RunSettings | null): readonly (string | number)[] {
  if (key === "tag") return run.tags;
  const field = FIELDS[key === "heldout" ? "heldOut" : key];
  if (field) {
    const value = field(run);
    return value === null ? [] : [value];
  }
  if (Object.hasOwn(run.latest, key)) return [run.latest[key]!];
  const value = settings?.valueByEnd(run, key);
  return value === undefined ? [] : [value];
}
