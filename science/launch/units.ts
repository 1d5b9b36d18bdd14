/** Units of settings, by the last part of their names: recipes share them. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Pixels$/, "pixels"],
  [/Frames$/, "frames"],
  [/\.fps$/, "frames/s"],
  [/\.secondsPerGrid$/, "s"],
  [/(\.steps|[sS]teps|\.every)$/, "updates"],
  [/\.batchSize$/, "traces"],
  [/\.promptsPerStep$/, "prompts"],
  [/[gG]roupSize$/, "rollouts"],
  [/Tokens$/, "tokens"],
  [/\.items$/, "items"],
];

/** What a number of the setting counts; "" where it is a plain number. */
export function unitOf(setting: string): string {
  return UNITS.find(([pattern]) => pattern.test(setting))?.[1] ?? "";
}
