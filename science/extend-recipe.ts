/** A recipe that is another one with differences: more rewards, settings, presets and panels. */
import type { Panel } from "../contract/panels.ts";
import { resolveValues, type Claim, type Method, type Preset, type Recipe, type SettingField } from "./recipe.ts";
import type { AnswerRules } from "./rewards/answer-rules.ts";
import type { RewardPart } from "./rewards/reward.ts";
import type { Settings, SettingValue, StageSettings } from "./settings.ts";

export interface RecipeExtension {
  /** Also the name on the command line and, in a folder of its own, of the file. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly paper?: Recipe["paper"];
  readonly claim?: Claim;
  readonly method?: Method;
  /** Further settings, or the base's with other defaults. */
  readonly fields?: Readonly<Record<string, SettingField>>;
  /** Beside the base's presets, or instead of those with the same name. */
  readonly presets?: Readonly<Record<string, Preset>>;
  /** False: the base's presets say nothing about this system and are left out. Default: they are kept. */
  readonly basePresets?: boolean;
  readonly defaultPreset?: string;
  /** Shown before the base's. */
  readonly panels?: readonly Panel[];
  /** How answers are scored in training and in measurements, from the values of all settings. Default: the base's. */
  answers?(values: Readonly<Record<string, SettingValue>>): AnswerRules;
  /** The parts of the reward, from the base's own and the values of all settings. Default: the base's. */
  rewards?(base: readonly RewardPart[], values: Readonly<Record<string, SettingValue>>): readonly RewardPart[];
  /** The stages, from the base's (with {@link rewards} applied) and the values: other parts, more stages, another order. */
  stages?(base: readonly StageSettings[], values: Readonly<Record<string, SettingValue>>): readonly StageSettings[];
}

export function extendRecipe(base: Recipe, extension: RecipeExtension): Recipe {
  const { id, rewards, stages } = extension;
  // What a paper or its code says is said of the base, unless the extension says it anew.
  const inherited = Object.fromEntries(
    Object.entries(base.fields).map(([name, field]): [string, SettingField] => [
      name,
      field.source === "ours" && field.paper === null ? field : { ...field, of: field.of ?? base.title },
    ]),
  );
  const fields = { ...inherited, ...extension.fields };
  const presets = { ...(extension.basePresets === false ? {} : base.presets), ...extension.presets };
  return {
    id,
    title: extension.title,
    summary: extension.summary,
    paper: extension.paper ?? base.paper,
    claim: extension.claim ?? base.claim,
    ...(extension.method === undefined ? {} : { method: extension.method }),
    fields,
    presets,
    defaultPreset: extension.defaultPreset ?? base.defaultPreset,
    panels: [...(extension.panels ?? []), ...base.panels],
    settings: (preset, overrides): Settings => {
      const values = resolveValues({ id, fields, presets }, preset, overrides);
      const own = Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(base.fields, name)));
      // All values are given: which of the base's presets they stand on does not matter.
      const settings = base.settings(base.defaultPreset, own);
      const answers = extension.answers?.(values) ?? settings.evaluation.answers;
      const rewarded = settings.stages.map((stage) =>
        stage.kind === "rl" ? { ...stage, answers, rewards: rewards?.(stage.rewards, values) ?? stage.rewards } : stage,
      );
      const evaluation = { ...settings.evaluation, answers };
      return { ...settings, recipe: id, preset, stages: stages?.(rewarded, values) ?? rewarded, evaluation, values };
    },
  };
}
