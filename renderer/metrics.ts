/** What the metrics of the journal are called on screen, and what they mean. */
import { METRIC_WORDS } from "./metric-words.ts";
import type { MetricWords } from "./metric-words.ts";
import type { Unit } from "./parts/format.ts";

const PART_WORDS: Readonly<Record<string, string>> = {
  accuracy: "Accuracy",
  format: "Format",
  temporal: "Temporal bonus",
  length: "Length bonus",
};

/** Name of a reward part such as `accuracy` or `temporal`. */
export function rewardPartLabel(part: string): string {
  return PART_WORDS[part] ?? sentenceCase(part);
}

/** What a metric's values are. */
export function unitOf(name: string): Unit | null {
  const { share, unit } = describeMetric(name);
  return share ? "share" : (unit ?? null);
}

/** Words for any metric; unknown names are spelled out. */
export function describeMetric(name: string): MetricWords {
  const known = METRIC_WORDS[name];
  if (known) return known;
  const part = /^rewards\/(.+?)\/(mean|std)$/.exec(name);
  if (part) {
    const label = rewardPartLabel(part[1]!);
    return part[2] === "mean"
      ? { label, explanation: `Mean of the reward part “${label}” over the step's rollouts.` }
      : { label: `${label}, spread`, explanation: `Standard deviation of the reward part “${label}”.` };
  }
  const dropped = /^pairs\/dropped\/(.+)$/.exec(name)?.[1];
  if (dropped !== undefined) {
    const label = `Dropped: ${sentenceCase(dropped).toLowerCase()}`;
    return { label, explanation: "Preference pairs that were left out for this reason." };
  }
  const [kind, ...rest] = name.split("/");
  const label = sentenceCase((rest.length > 0 ? rest : [kind!]).at(-1)!);
  if (kind === "memory") return { label, explanation: `Memory of the engine: ${label.toLowerCase()}.`, unit: "bytes" };
  if (kind === "time") return { label, explanation: `Time of an update in this phase.`, unit: "milliseconds" };
  return { label, explanation: `Journal metric ${name}.` };
}

function sentenceCase(name: string): string {
  const words = name
    .replaceAll("_", " ")
    .replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
