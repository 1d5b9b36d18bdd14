/** What the metrics of the journal are called on screen, and what they mean, in one sentence each. */
import type { Unit } from "./parts/format.ts";

export interface MetricWords {
  readonly label: string;
  readonly explanation: string;
  /** A value between 0 and 1 that is read as a percentage. */
  readonly share?: boolean;
  /** Bytes of memory, milliseconds of a phase. */
  readonly unit?: Unit;
}

const WORDS: Readonly<Record<string, MetricWords>> = {
  loss: {
    label: "Loss",
    explanation:
      "What the optimiser lowers. In GRPO it stays near zero while learning goes on: look at the reward instead.",
  },
  reward: { label: "Reward", explanation: "Mean over the step's rollouts of the sum of all reward parts." },
  reward_std: {
    label: "Reward spread",
    explanation: "Mean standard deviation of the reward within a group. No spread, no gradient.",
  },
  "accuracy/ordered": {
    label: "Ordered",
    explanation: "Share of right answers when the frames are in their true order.",
    share: true,
  },
  "accuracy/shuffled": {
    label: "Shuffled",
    explanation: "Share of right answers to the same questions with shuffled frames.",
    share: true,
  },
  "completions/mean_terminated_length": {
    label: "Length when ended",
    explanation: "Mean number of tokens in completions that ended by themselves.",
  },
  "temporal/identity_rate": {
    label: "Unmoved",
    explanation: "Share of shuffled clips whose shuffling left the order as it was.",
    share: true,
  },
  "sampling/tokens_per_second": {
    label: "Sampled per second",
    explanation: "Tokens sampled per second of the rollout phase.",
  },
  token_nll: { label: "Loss per token", explanation: "Mean negative log-likelihood of the traces' tokens, in nats." },
  "temporal/p": {
    label: "Ordered",
    explanation: "Share of right answers when the frames are in their true order.",
    share: true,
  },
  "temporal/p_shuffled": {
    label: "Shuffled",
    explanation: "Share of right answers to the same questions with shuffled frames.",
    share: true,
  },
  "temporal/accuracy_ordered": {
    label: "Ordered",
    explanation: "Share of right answers on video prompts with the frames in their true order.",
    share: true,
  },
  "temporal/accuracy_shuffled": {
    label: "Shuffled",
    explanation: "Share of right answers to the same video prompts with shuffled frames.",
    share: true,
  },
  "temporal/gate_rate": {
    label: "Gate passed",
    explanation: "Share of video prompts whose ordered group did at least as well as the shuffled one.",
    share: true,
  },
  "temporal/gap": { label: "Ordered − shuffled", explanation: "How much the order of the frames helps." },
  "temporal/bonus_rate": {
    label: "Gate passed",
    explanation: "Share of video prompts whose ordered group beat the shuffled one.",
    share: true,
  },
  kl: {
    label: "KL to reference",
    explanation: "How far the policy has moved from the frozen reference, per token (k3 estimator).",
  },
  entropy: {
    label: "Entropy",
    explanation: "How undecided the policy is at each token, in nats. A fall to zero means that it stopped exploring.",
  },
  "completions/mean_length": { label: "Length", explanation: "Mean number of tokens in a completion." },
  "completions/max_length": { label: "Longest", explanation: "Tokens in the step's longest completion." },
  "completions/min_length": { label: "Shortest", explanation: "Tokens in the step's shortest completion." },
  "completions/clipped_ratio": {
    label: "Truncated",
    explanation: "Share of completions that hit the length limit.",
    share: true,
  },
  frac_reward_zero_std: {
    label: "Dead groups",
    explanation: "Share of groups in which no reward differs: they give no gradient.",
    share: true,
  },
  grad_norm: { label: "Gradient norm", explanation: "Length of the gradient before clipping." },
  learning_rate: { label: "Learning rate", explanation: "Step size of the optimiser." },
  lr: { label: "Learning rate", explanation: "Step size of the optimiser." },
  tokens_per_second: { label: "Tokens per second", explanation: "Tokens sampled or trained per second." },
  format_rate: {
    label: "Format",
    explanation: "Share of completions with one think and one answer part.",
    share: true,
  },
};

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
  const known = WORDS[name];
  if (known) return known;
  const part = /^rewards\/(.+?)\/(mean|std)$/.exec(name);
  if (part) {
    const label = rewardPartLabel(part[1]!);
    return part[2] === "mean"
      ? { label, explanation: `Mean of the reward part “${label}” over the step's rollouts.` }
      : { label: `${label}, spread`, explanation: `Standard deviation of the reward part “${label}”.` };
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
