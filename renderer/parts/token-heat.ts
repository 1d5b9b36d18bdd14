/** From per-token numbers to colours: one scale for a whole group, so that its rollouts can be compared. */
import type { TokenChannels } from "../../contract/methods.ts";

export const TOKEN_CHANNELS = [
  "none",
  "logProb",
  "oldLogProb",
  "referenceLogProb",
  "ratio",
  "kl",
  "entropy",
  "advantage",
  "weight",
  "push",
] as const;
export type TokenChannel = (typeof TOKEN_CHANNELS)[number];

export interface ChannelWords {
  readonly label: string;
  readonly explanation: string;
}
export const CHANNEL_WORDS: Readonly<Record<TokenChannel, ChannelWords>> = {
  none: { label: "Plain", explanation: "No colours" },
  logProb: {
    label: "Log-prob",
    explanation: "How surprising the policy found the token that it drew: strong colour, low probability",
  },
  oldLogProb: {
    label: "Old",
    explanation: "Log-probability under the policy as it sampled: the old one of the ratio",
  },
  referenceLogProb: {
    label: "Reference",
    explanation: "Log-probability under the frozen reference: strong colour, the reference would hardly have said it",
  },
  ratio: {
    label: "Ratio",
    explanation:
      "New probability over the one at sampling. 1 is uncoloured; with one update a batch only rounding is left",
  },
  kl: {
    label: "KL",
    explanation: "How far the policy has moved from the frozen reference at this token (k3)",
  },
  entropy: { label: "Entropy", explanation: "How undecided the policy was before the token, in nats" },
  advantage: { label: "Advantage", explanation: "What the update pushes: green more likely, red less likely" },
  weight: { label: "Weight", explanation: "Factor on the token's policy term, such as that of the top-entropy mask" },
  push: {
    label: "Push",
    explanation:
      "Minus the derivative of the step's loss by the token's log-probability, KL term included: green made more likely",
  },
};

/** Values of a channel for each token; undefined where the run did not journal what it needs. */
export function channelValues(tokens: TokenChannels, channel: TokenChannel): readonly number[] | undefined {
  const { logProb, newLogProb, oldLogProb, referenceLogProb } = tokens.channels;
  switch (channel) {
    case "none":
      return undefined;
    case "kl":
      // k3 estimator: exp(d) − d − 1 with d = log π_ref − log π.
      return combine(logProb, referenceLogProb, (policy, reference) => {
        const difference = reference - policy;
        return Math.exp(difference) - difference - 1;
      });
    case "ratio":
      return combine(newLogProb ?? logProb, oldLogProb, (policy, old) => Math.exp(policy - old));
    default:
      return tokens.channels[channel];
  }
}

function combine(
  left: readonly number[] | undefined,
  right: readonly number[] | undefined,
  of: (left: number, right: number) => number,
): readonly number[] | undefined {
  return left && right && left.map((value, index) => of(value, right[index]!));
}

export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** Channels whose colour tells on which side of `centre` a value lies. */
const CENTRES: Readonly<Partial<Record<TokenChannel, number>>> = { advantage: 0, push: 0, ratio: 1 };
const LOG_PROBS: readonly TokenChannel[] = ["logProb", "oldLogProb", "referenceLogProb"];

/**
 * Range of a channel over all rollouts: from the 2nd to the 98th percentile, so that one wild token does not
 * bleach the rest; symmetric where there are two sides, from 0 for quantities that begin there.
 */
export function scaleOf(channel: TokenChannel, values: readonly number[]): Scale {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (sorted.length === 0) return { low: 0, high: 1 };
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))]!;
  const centre = CENTRES[channel];
  if (centre !== undefined) {
    const reach = Math.max(Math.abs(at(0.02) - centre), Math.abs(at(0.98) - centre), channel === "ratio" ? 0.01 : 1e-9);
    return { low: centre - reach, high: centre + reach };
  }
  if (LOG_PROBS.includes(channel)) return { low: Math.min(at(0.02), -1e-3), high: 0 };
  return { low: 0, high: Math.max(at(0.98), 1e-6) };
}

/** Enough steps for the eye; colours are made once for each. */
const LEVELS = 16;
/** Stronger ones would leave too little contrast to the text in the dark theme. */
const STRONGEST_PERCENT = 48;

const COLORS: Readonly<Record<TokenChannel, readonly [above: string, below: string]>> = {
  none: ["--text", "--text"],
  logProb: ["--data-2", "--data-2"],
  oldLogProb: ["--data-2", "--data-2"],
  referenceLogProb: ["--data-2", "--data-2"],
  ratio: ["--data-1", "--data-6"],
  kl: ["--data-4", "--data-4"],
  entropy: ["--data-5", "--data-5"],
  advantage: ["--good", "--bad"],
  weight: ["--data-3", "--data-3"],
  push: ["--good", "--bad"],
};

/** How strongly a value is coloured, -1 to 1; negative on the lower side of a channel with two. */
export function strengthOf(channel: TokenChannel, value: number, scale: Scale): number {
  const clamp = (share: number) => Math.max(-1, Math.min(1, share));
  const centre = CENTRES[channel];
  if (centre !== undefined) return clamp((value - centre) / (scale.high - centre));
  return Math.max(0, clamp(LOG_PROBS.includes(channel) ? value / scale.low : value / scale.high));
}

const cache = new Map<string, string>();

/** Background of a token; strength grows with surprise, indecision, movement or the size of the advantage. */
export function heatColor(channel: TokenChannel, value: number, scale: Scale): string | undefined {
  if (channel === "none" || !Number.isFinite(value)) return undefined;
  const level = Math.round(strengthOf(channel, value, scale) * LEVELS);
  const key = `${channel} ${level}`;
  let color = cache.get(key);
  if (color === undefined) {
    const [above, below] = COLORS[channel];
    const percent = ((Math.abs(level) / LEVELS) * STRONGEST_PERCENT).toFixed(0);
    color = `color-mix(in srgb, var(${level < 0 ? below : above}) ${percent}%, transparent)`;
    cache.set(key, color);
  }
  return color;
}

/** The plain colour of a side of a channel, for plots. */
export function channelColor(channel: TokenChannel, value: number): string {
  const [above, below] = COLORS[channel];
  return value < (CENTRES[channel] ?? 0) && CENTRES[channel] !== undefined ? below : above;
}

/** Where a plot's bars begin: at the centre of a channel with two sides, at 0 otherwise. */
export const baselineOf = (channel: TokenChannel): number => CENTRES[channel] ?? 0;
