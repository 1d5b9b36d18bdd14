/**
 * What the launch form holds before anything is started: kept in this tab, so that looking at a run in between loses
 * nothing. Numbers are kept as typed; `readDraft` says what they mean.
 */
import { create } from "zustand";
import type { LaunchRequest } from "../../../contract/methods.ts";
import { checkValue, resolveValues, SettingsError, type Recipe, type SettingField } from "../../../science/recipe.ts";
import { RECIPES } from "../../../science/recipes/index.ts";
import type { Settings, SettingValue } from "../../../science/settings.ts";

export type RowsKind = "pack" | "datasets" | "files";
export const SPLITS = ["train", "sft", "validation", "heldOut"] as const;
export type Split = (typeof SPLITS)[number];

export interface Draft {
  readonly recipe: string;
  readonly preset: string;
  readonly name: string;
  readonly seed: string;
  /** Empty: the base model that comes along. */
  readonly model: string;
  readonly device: string;
  /** Processes that train together. */
  readonly processes: number;
  readonly rows: RowsKind;
  /** Files by split and `mediaRoot`. */
  readonly files: Readonly<Record<string, string>>;
  /** Names of imported datasets by split. */
  readonly datasets: Readonly<Partial<Record<Split, string>>>;
  readonly overrides: Readonly<Record<string, string | boolean>>;
  readonly branchFrom: LaunchRequest["branchFrom"] | null;
}

const KEY = "secondlook.launch";

export function emptyDraft(recipe: string = RECIPES[0]!.id, preset?: string): Draft {
  return {
    recipe,
    preset: preset ?? recipeOf(recipe).defaultPreset,
    name: "",
    seed: "1",
    model: "",
    device: "auto",
    processes: 1,
    rows: "pack",
    files: {},
    datasets: {},
    overrides: {},
    branchFrom: null,
  };
}

export function recipeOf(id: string): Recipe {
  return RECIPES.find((recipe) => recipe.id === id) ?? RECIPES[0]!;
}

function stored(): Draft {
  try {
    const draft = { ...emptyDraft(), ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Draft>) };
    return Object.hasOwn(recipeOf(draft.recipe).presets, draft.preset) ? draft : emptyDraft();
  } catch {
    return emptyDraft();
  }
}

export const useDraft = create<{ draft: Draft }>(() => ({ draft: stored() }));

export function setDraft(draft: Draft): void {
  sessionStorage.setItem(KEY, JSON.stringify(draft));
  useDraft.setState({ draft });
}

export function changeDraft(change: Partial<Draft>): void {
  setDraft({ ...useDraft.getState().draft, ...change });
}

/** Sets one setting; the preset's own value takes it out of the changed ones. */
export function changeSetting(name: string, value: string | boolean, preset: SettingValue): void {
  const { [name]: _, ...rest } = useDraft.getState().draft.overrides;
  changeDraft({ overrides: value === preset || String(value) === String(preset) ? rest : { ...rest, [name]: value } });
}

export interface ReadDraft {
  /** Null while something is wrong. */
  readonly settings: Settings | null;
  /** Every value that could be read, defaults for the others. */
  readonly values: Readonly<Record<string, SettingValue>>;
  readonly presetValues: Readonly<Record<string, SettingValue>>;
  /** What is wrong, by the setting's name; "" holds what belongs to none. */
  readonly errors: Readonly<Record<string, string>>;
}

export function readDraft({ recipe: id, preset, overrides, seed }: Draft): ReadDraft {
  const recipe = recipeOf(id);
  const presetValues = resolveValues(recipe, preset);
  const errors: Record<string, string> = {};
  const good: Record<string, SettingValue> = {};
  for (const [name, value] of Object.entries(overrides)) {
    const field = recipe.fields[name];
    if (field === undefined) continue;
    try {
      good[name] = checkValue(name, value, field);
    } catch (error) {
      errors[name] = boundsOf(field) ?? (error as Error).message;
    }
  }
  if (!/^\d{1,9}$/.test(seed)) errors["seed"] = "A whole number from 0 to 999999999.";
  const values = { ...presetValues, ...good };
  try {
    const settings = recipe.settings(preset, good);
    return { settings: Object.keys(errors).length > 0 ? null : settings, values, presetValues, errors };
  } catch (error) {
    const field = error instanceof SettingsError ? (error.field ?? "") : "";
    return { settings: null, values, presetValues, errors: { ...errors, [field]: (error as Error).message } };
  }
}

/** What may stand in a field, in words. */
export function boundsOf(field: SettingField): string | null {
  if (field.kind !== "number" && field.kind !== "integer") return null;
  const kind = field.kind === "integer" ? "A whole number" : "A number";
  return `${kind} from ${field.min.toLocaleString("en-US")} to ${field.max.toLocaleString("en-US")}.`;
}

/** What the service is asked for. Settings go as numbers, so that the frozen configuration has no text in their place. */
export function requestOf(draft: Draft, { values }: ReadDraft): LaunchRequest {
  const { recipe, preset, name, seed, model, device, processes, rows, files, datasets, overrides, branchFrom } = draft;
  const filled = Object.fromEntries(Object.entries(files).filter(([, path]) => path.trim() !== ""));
  const chosen = Object.fromEntries(Object.entries(datasets).filter(([, dataset]) => dataset !== ""));
  return {
    recipe,
    preset,
    seed: Number(seed),
    overrides: Object.fromEntries(Object.keys(overrides).map((field) => [field, values[field]])),
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    ...(model.trim() === "" ? {} : { model: model.trim() }),
    ...(device === "auto" ? {} : { device }),
    ...(processes === 1 ? {} : { processes }),
    ...(rows === "files" ? { data: filled } : {}),
    ...(rows === "datasets" && chosen["train"] ? { datasets: { ...chosen, train: chosen["train"] } } : {}),
    ...(branchFrom ? { branchFrom } : {}),
  };
}

/** The form as a run was launched. */
export function draftOf(request: LaunchRequest): Draft {
  const { recipe, preset, name = "", seed = 1, model = "", device = "auto", processes = 1 } = request;
  const { data, datasets, overrides } = request;
  const text = (value: unknown): string | boolean => (typeof value === "boolean" ? value : String(value));
  return {
    ...emptyDraft(recipe, preset),
    name,
    seed: String(seed),
    model,
    device,
    processes,
    rows: datasets ? "datasets" : data ? "files" : "pack",
    files: data ?? {},
    datasets: datasets ?? {},
    overrides: Object.fromEntries(Object.entries(overrides ?? {}).map(([field, value]) => [field, text(value)])),
    branchFrom: request.branchFrom ?? null,
  };
}
