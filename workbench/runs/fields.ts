/** What runs can be sorted, filtered and averaged by: a field of the summary, a metric's newest value, or a setting. */
import type { RunSummary } from "../../contract/methods.ts";
import type { RunSettings } from "./run-settings.ts";

export type RunField = (run: RunSummary) => number | string | null;

export const FIELDS: Readonly<Record<string, RunField>> = {
  // Names come from people: `constructor` and the like are no fields.
  __proto__: null as never,
  state: (run) => run.state,
  name: (run) => run.name.toLowerCase(),
  step: (run) => run.step,
  heldOut: (run) => run.heldOut,
  eta: (run) => run.etaSec,
  created: (run) => run.createdAt,
  alerts: (run) => run.alerts.length,
  seed: (run) => run.seed,
  recipe: (run) => run.recipe,
  preset: (run) => run.preset,
};

const METRIC = "metric:";
export const SETTING = "setting:";

/** The value behind a column's key; unknown keys mean the time of creation. Settings that are numbers sort as such. */
export function fieldOf(key: string, settings: RunSettings | null): RunField {
  if (key.startsWith(METRIC)) {
    const metric = key.slice(METRIC.length);
    return (run) => (Object.hasOwn(run.latest, metric) ? run.latest[metric]! : null);
  }
  if (key.startsWith(SETTING) && settings) {
    const name = key.slice(SETTING.length);
    return (run) => {
      const value = settings.value(run, name);
      if (value === undefined || value === "") return null;
      return Number.isNaN(Number(value)) ? value : Number(value);
    };
  }
  return FIELDS[key] ?? FIELDS["created"]!;
}
