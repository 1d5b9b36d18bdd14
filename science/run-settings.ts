/** The settings of a run as one flat table, the same for comparisons, columns and groups. */

/** What a run's journal and summary say of how it was made. */
export interface MadeWith {
  readonly recipe: string;
  readonly preset: string;
  readonly seed: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly model: { readonly directory: string } | null;
}

function flatten(value: unknown, prefix: string, into: Map<string, string>): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) flatten(inner, prefix ? `${prefix}.${name}` : name, into);
  } else into.set(prefix, typeof value === "string" ? value : JSON.stringify(value));
}

/** What a run was made with, flat: settings by their own names, then data, branch, model and machine. */
export function settingsOf(run: MadeWith): Map<string, string> {
  const { settings, data, branchFrom, overrides: _, rows, ...rest } = run.config;
  const flat = new Map<string, string>([
    ["recipe", run.recipe],
    ["preset", run.preset],
    ["seed", String(run.seed)],
  ]);
  flatten(settings ?? {}, "", flat);
  flatten(rest, "", flat);
  if (branchFrom !== undefined) flatten(branchFrom, "branch from", flat);
  flatten(data ?? {}, "data", flat);
  flatten(rows ?? {}, "rows", flat);
  if (run.model) flat.set("model", run.model.directory);
  return flat;
}

/** Runs that differ in nothing but these repeat one experiment: the run that a branch starts from has a seed too. */
const OF_ONE_SEED: ReadonlySet<string> = new Set(["seed", "branch from.run"]);

/** The same text for runs that only their seed tells apart. */
export function seedlessKey(settings: ReadonlyMap<string, string>): string {
  return JSON.stringify([...settings].filter(([name]) => !OF_ONE_SEED.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
