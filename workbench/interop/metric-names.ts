/** Other tools' names for what our curves show under TRL's names; every other metric keeps its own. */
const SAME: Readonly<Record<string, string>> = {
  "critic/rewards/mean": "reward",
  "actor/grad_norm": "grad_norm",
  "actor/lr": "learning_rate",
  "actor/entropy": "entropy",
  "actor/kl_loss": "kl",
  "response_length/mean": "completions/mean_length",
  "response_length/min": "completions/min_length",
  "response_length/max": "completions/max_length",
  "response_length/clip_ratio": "completions/clipped_ratio",
};

/** The name to show a metric by: verl's known ones, and those that transformers puts under `train/`, where nothing has that name. */
export function shownName(name: string, all: ReadonlySet<string>): string {
  const own = SAME[name] ?? (name.startsWith("train/") ? name.slice("train/".length) : name);
  return own === "" || all.has(own) ? name : own;
}
