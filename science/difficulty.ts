/**
 * Difficulty-aware augmentation of DeepVideo-R1 (arXiv 2506.07464): a prompt whose group does worse than recent prompts gets a
 * hint, one that does better gets noise on its frames. What the paper leaves open is marked as ours.
 */
import type { Sample } from "./records.ts";

export interface DifficultySettings {
  /** Prompts that the running mean looks back on; paper: 100. */
  readonly window: number;
  /** Prompts this close to the mean are left alone (ours). */
  readonly band: number;
  readonly hints: boolean;
  readonly noise: boolean;
  /** Deviation of the noise at level 1, pixels in [0, 1] (ours). */
  readonly noiseScale: number;
  /** `adaptive`: the level grows with the distance from the mean; `fixed`: always level 1 (ablation). */
  readonly level: "adaptive" | "fixed";
  /** `relative`: the mean of recent prompts; `absolute`: half of the largest reward (ablation). */
  readonly reference: "relative" | "absolute";
  /** Control: hard prompts get the noise and easy ones the hints. */
  readonly swap: boolean;
}

/** Mean rewards of the last prompts, oldest first. Plain data, so that a checkpoint can hold it. */
export type RewardHistory = readonly number[];

export function remember(history: RewardHistory, rewards: readonly number[], window: number): number[] {
  return [...history, ...rewards].slice(-window);
}

export interface AugmentationPlan {
  readonly mode: "none" | "hint" | "noise";
  /** Reference minus the group's mean reward: above 0 the prompt is hard. */
  readonly delta: number;
  readonly level: number;
}

/** Half of what a rollout can earn by accuracy and format. */
const ABSOLUTE_REFERENCE = 1;

/** What to do with a prompt whose group earned `reward` on average. Without any history nothing is done. */
export function planAugmentation(
  reward: number,
  history: RewardHistory,
  settings: DifficultySettings,
): AugmentationPlan {
  const nothing: AugmentationPlan = { mode: "none", delta: 0, level: 0 };
  if (settings.reference === "relative" && history.length === 0) return nothing;
  const reference =
    settings.reference === "absolute"
      ? ABSOLUTE_REFERENCE
      : history.reduce((sum, value) => sum + value, 0) / history.length;
  const delta = reference - reward;
  const [hard, easy] = settings.swap ? (["noise", "hint"] as const) : (["hint", "noise"] as const);
  const mode = delta > settings.band ? hard : delta < -settings.band ? easy : "none";
  if (mode === "none" || (mode === "hint" && !settings.hints) || (mode === "noise" && !settings.noise)) {
    return { ...nothing, delta };
  }
  // An early version of the paper: hints by whole levels, noise by the distance itself.
  const distance = Math.abs(delta);
  const adaptive = mode === "hint" ? Math.round(distance) + 1 : distance + 1;
  return { mode, delta, level: settings.level === "fixed" ? 1 : adaptive };
}

/**
 * A part of a trace as a hint: the first `level` quarters of its sentences (ours), without tags, the answer and whatever
 * names it. "" when nothing is left. A letter counts as named only where it stands alone.
 */
export function hintFrom(trace: string, level: number, sample: Pick<Sample, "answer" | "options">): string {
  const thought = /<think>([\s\S]*?)(?:<\/think>|$)/.exec(trace)?.[1] ?? trace.replace(/<answer>[\s\S]*/, "");
  const sentences = thought
    .replace(/<[^>]*>/g, " ")
    .split(/(?<=[.!?])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
  const count = Math.ceil((Math.min(4, level) / 4) * sentences.length);
  return sentences
    .slice(0, count)
    .filter((sentence) => !namesAnswer(sentence, sample))
    .join(" ");
}

/** True where a text gives the answer away: its letter by itself, the right option's text, or the answer's own text. */
export function namesAnswer(text: string, { answer, options }: Pick<Sample, "answer" | "options">): boolean {
  const option = options.find((candidate) => candidate.startsWith(`${answer}.`) || candidate.startsWith(`${answer} `));
  const secrets = [answer, ...(option === undefined ? [] : [option.slice(answer.length).replace(/^[.):\s]+/, "")])];
  return secrets.some((secret) => secret !== "" && wholeWord(secret).test(text));
}

const wholeWord = (words: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "iu");
