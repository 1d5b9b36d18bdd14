/** From per-token numbers to colours: one scale for a whole group, so that its rollouts can be compared. */
import type { TokenChannels } from "../../contract/methods.ts";

export const TOKEN_CHANNELS = ["none", "logProb", "entropy", "advantage", "kl"] as const;
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
  entropy: { label: "Entropy", explanation: "How undecided the policy was before the token, in nats" },
  advantage: { label: "Advantage", explanation: "What the update pushes: green more likely, red less likely" },
  kl: {
    label: "KL to reference",
    explanation: "How far the policy has moved from the frozen reference at this token (k3)",
  },
};

/** Values of a channel for each token; undefined where the run did not journal what it needs. */
export function channelValues(tokens: TokenChannels, channel: TokenChannel): readonly number[] | undefined {
  if (channel === "none") return undefined;
  if (channel !== "kl") return tokens.channels[channel];
  const policy = tokens.channels["logProb"];
  const reference = tokens.channels["referenceLogProb"];
  if (!policy || !reference) return undefined;
  // k3 estimator: exp(d) − d − 1 with d = log π_ref − log π.
  return policy.map((value, index) => {
    const difference = reference[index]! - value;
    return Math.exp(difference) - difference - 1;
  });
}

export interface Scale {
  readonly low: number;
  readonly high: number;
}

/**
 * Range of a channel over all rollouts: from the 2nd to the 98th percentile, so that one wild token does not
 * bleach the rest; symmetric around 0 for advantages, from 0 for quantities that begin there.
 */
export function scaleOf(channel: TokenChannel, values: readonly number[]): Scale {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return { low: 0, high: 1 };
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))]!;
  if (channel === "advantage") {
    const reach = Math.max(Math.abs(at(0.02)), Math.abs(at(0.98)), 1e-6);
    return { low: -reach, high: reach };
  }
  if (channel === "logProb") return { low: Math.min(at(0.02), -1e-3), high: 0 };
  return { low: 0, high: Math.max(at(0.98), 1e-6) };
}

const STRONGEST_PERCENT = 62;

/** Background of a token; strength grows with surprise, indecision, movement or the size of the advantage. */
export function heatColor(channel: TokenChannel, value: number, scale: Scale): string | undefined {
  if (channel === "none" || !Number.isFinite(value)) return undefined;
  const clamp = (share: number) => Math.max(0, Math.min(1, share));
  const mix = (color: string, share: number) =>
    `color-mix(in srgb, var(${color}) ${(clamp(share) * STRONGEST_PERCENT).toFixed(0)}%, transparent)`;
  switch (channel) {
    case "advantage":
      return mix(value >= 0 ? "--good" : "--bad", Math.abs(value) / scale.high);
    case "logProb":
      return mix("--data-2", value / scale.low);
    case "entropy":
      return mix("--data-5", value / scale.high);
    case "kl":
      return mix("--data-4", value / scale.high);
  }
}
