/**
 * A recipe is one training system written down as data: fields with defaults, paper values and explanations, presets,
 * panels, the claim to check, and how values become {@link Settings}. The trainer runs any recipe; the window shows any.
 */
import type { Panel } from "../contract/panels.ts";
import type { SettingValue, Settings } from "./settings.ts";

interface FieldBase {
  /** In plain words, with the unit. */
  readonly explanation: string;
  /** What the paper says; null where it says nothing. */
  readonly paper: SettingValue | null;
  /** Where the default comes from. */
  readonly source: "paper" | "code" | "ours";
  /** Heading under which the launch form shows it. */
  readonly section: string;
  /** Title of the recipe whose paper and code `paper` and `source` mean, where that is another one. */
  readonly of?: string;
  /** Matters only while another setting, a choice, has one of these values. */
  readonly when?: { readonly setting: string; readonly is: readonly string[] };
}

export type SettingField =
  | (FieldBase & {
      readonly kind: "number" | "integer";
      readonly default: number;
      readonly min: number;
      readonly max: number;
      /** May be turned during a run, at a step boundary. */
      readonly live?: boolean;
    })
  | (FieldBase & { readonly kind: "boolean"; readonly default: boolean })
  | (FieldBase & { readonly kind: "choice"; readonly default: string; readonly choices: readonly string[] })
  | (FieldBase & {
      readonly kind: "text";
      readonly default: string;
      /** What the form offers: checkpoints that it knows. */
      readonly offers?: "checkpoints";
    });

export interface Preset {
  readonly title: string;
  readonly summary: string;
  /** Values that differ from the fields' defaults. */
  readonly values: Readonly<Record<string, SettingValue>>;
  /** Why a value is as it is, by field: shown where presets are compared. */
  readonly reasons?: Readonly<Record<string, string>>;
  /** What the source does differently without being a setting here. */
  readonly notes?: readonly string[];
}

/** What the paper claims, and how a run here checks it. */
export interface Claim {
  readonly text: string;
  readonly check: string;
}

/** How the method works, for somebody who has not read the paper. */
export interface Method {
  /** A paragraph each. */
  readonly words: readonly string[];
  /** In the notation of `renderer/parts/formula.ts`; what its letters mean. */
  readonly formulas: readonly { readonly text: string; readonly says: string }[];
  /** Worked examples, computed by the functions that train. */
  readonly figures: readonly MethodFigure[];
}

/** Rows of bars over the same places, e.g. the answers of a group. */
export interface MethodFigure {
  readonly title: string;
  /** What stands under each place. */
  readonly places: readonly string[];
  /** Kind of each place, for its colour. */
  readonly kinds?: readonly ("right" | "wrong" | "plain")[];
  /** Values are advantages and the like: shown with their sign. */
  readonly signed: boolean;
  readonly rows: readonly { readonly label: string; readonly note: string; readonly values: readonly number[] }[];
  readonly caption: string;
}

export interface Recipe {
  /** Also the name on the command line. */
  readonly id: string;
  readonly title: string;
  readonly paper: { readonly arxiv: string; readonly title: string };
  readonly summary: string;
  readonly claim: Claim;
  /** Absent: the summary has to do. */
  readonly method?: Method;
  readonly fields: Readonly<Record<string, SettingField>>;
  readonly presets: Readonly<Record<string, Preset>>;
  readonly defaultPreset: string;
  readonly panels: readonly Panel[];
  /** Validated settings. Throws a {@link SettingsError} that names field and remedy. */
  settings(preset: string, overrides?: Readonly<Record<string, unknown>>): Settings;
}

/** Wrong preset, unknown field, or a value outside its range. */
export class SettingsError extends Error {
  readonly field: string | null;
  constructor(field: string | null, message: string) {
    super(message);
    this.name = "SettingsError";
    this.field = field;
  }
}

/** Defaults, then the preset's values, then overrides (flat `rl.groupSize` or nested `{ rl: { groupSize } }`), checked. */
export function resolveValues(
  recipe: Pick<Recipe, "id" | "fields" | "presets">,
  preset: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Record<string, SettingValue> {
  const chosen = Object.hasOwn(recipe.presets, preset) ? recipe.presets[preset] : undefined;
  if (chosen === undefined) {
    const names = Object.keys(recipe.presets).join(", ");
    throw new SettingsError(null, `Recipe ${recipe.id} has no preset "${preset}". Choose one of: ${names}.`);
  }
  const values: Record<string, SettingValue> = {};
  for (const [name, field] of Object.entries(recipe.fields)) values[name] = field.default;
  for (const [name, value] of [...Object.entries(chosen.values), ...flatten(overrides)]) {
    const field = Object.hasOwn(recipe.fields, name) ? recipe.fields[name] : undefined;
    if (field === undefined) {
      const near = Object.keys(recipe.fields).filter((other) => other.endsWith(`.${name.split(".").at(-1)}`));
      const hint =
        near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : ` Known: ${Object.keys(recipe.fields).join(", ")}.`;
      throw new SettingsError(name, `Recipe ${recipe.id} has no setting "${name}".${hint}`);
    }
    values[name] = checkValue(name, value, field);
  }
  return values;
}

/** The value in its field's type, or a {@link SettingsError}. Numbers and booleans may come as text (command line). */
export function checkValue(name: string, value: unknown, field: SettingField): SettingValue {
  const wrong = (wanted: string): never => {
    throw new SettingsError(name, `Setting ${name} is ${JSON.stringify(value)}, but must be ${wanted}.`);
  };
  switch (field.kind) {
    case "number":
    case "integer": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      const wanted = `${field.kind === "integer" ? "a whole number" : "a number"} from ${field.min} to ${field.max}`;
      if (typeof number !== "number" || !Number.isFinite(number) || number < field.min || number > field.max)
        return wrong(wanted);
      return field.kind === "integer" && !Number.isInteger(number) ? wrong(wanted) : number;
    }
    case "boolean":
      if (typeof value === "boolean") return value;
      return value === "true" ? true : value === "false" ? false : wrong("true or false");
    case "choice":
      return typeof value === "string" && field.choices.includes(value)
        ? value
        : wrong(`one of: ${field.choices.join(", ")}`);
    case "text":
      return typeof value === "string" ? value : wrong("text");
  }
}

function flatten(values: Readonly<Record<string, unknown>>, prefix = ""): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? flatten(value as Record<string, unknown>, `${prefix}${name}.`)
      : [[prefix + name, value]],
  );
}
