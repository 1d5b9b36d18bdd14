/** Short ways to write a recipe's settings down as data: value, bounds, where the value comes from, and what it means. */
import type { SettingField } from "../recipe.ts";
import type { SettingValue } from "../settings.ts";

type Source = SettingField["source"];
/** Where a default comes from, and what the paper says. */
export interface Origin {
  readonly source: Source;
  readonly paper?: SettingValue | null;
}

export const paper = (value: SettingValue): Origin => ({ source: "paper", paper: value });
export const code: Origin = { source: "code", paper: null };
export const ours: Origin = { source: "ours", paper: null };

export function number(
  section: string,
  value: number,
  min: number,
  max: number,
  origin: Origin,
  explanation: string,
): SettingField {
  return {
    kind: "number",
    section,
    default: value,
    min,
    max,
    paper: origin.paper ?? null,
    source: origin.source,
    explanation,
  };
}
export function integer(
  section: string,
  value: number,
  min: number,
  max: number,
  origin: Origin,
  explanation: string,
): SettingField {
  return { ...number(section, value, min, max, origin, explanation), kind: "integer" } as SettingField;
}
export function choice(
  section: string,
  value: string,
  choices: readonly string[],
  origin: Origin,
  explanation: string,
): SettingField {
  return {
    kind: "choice",
    section,
    default: value,
    choices,
    paper: origin.paper ?? null,
    source: origin.source,
    explanation,
  };
}
export function flag(section: string, value: boolean, origin: Origin, explanation: string): SettingField {
  return { kind: "boolean", section, default: value, paper: origin.paper ?? null, source: origin.source, explanation };
}
export function text(section: string, value: string, origin: Origin, explanation: string): SettingField {
  return { kind: "text", section, default: value, paper: origin.paper ?? null, source: origin.source, explanation };
}
