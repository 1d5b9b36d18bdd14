/** What the objective does to each token: computed here from the journalled channels, by the function that trained. */
import type { TokenChannels } from "../../../contract/methods.ts";
import { grpoObjective } from "../../../science/objectives/grpo.ts";
import type { WhatIfSettings } from "../../../science/what-if.ts";

export interface PushSettings extends WhatIfSettings {
  readonly beta: number;
  readonly klClamp: number;
}

/**
 * Channels with `push` beside them, minus d(loss)/d(log-probability) of each token at the first update, as if the rollout
 * were alone in its step (another step only divides all of them by one number). Unchanged where something is missing.
 */
export function withPush(tokens: TokenChannels, settings: PushSettings | null): TokenChannels {
  const { logProb, referenceLogProb, advantage, weight } = tokens.channels;
  if (!settings || !logProb || !advantage || advantage.length === 0) return tokens;
  const { dLogProbs } = grpoObjective(
    {
      logProbs: [logProb],
      advantages: [advantage[0]!],
      referenceLogProbs: referenceLogProb ? [referenceLogProb] : null,
      ...(weight ? { weights: [weight] } : {}),
    },
    {
      lossType: settings.objective,
      epsilonHigh: settings.epsilonHigh,
      beta: referenceLogProb ? settings.beta : 0,
      klClamp: settings.klClamp === 0 ? null : settings.klClamp,
      maxCompletionLength: settings.maxTokens,
    },
  );
  return { ...tokens, channels: { ...tokens.channels, push: Array.from(dLogProbs[0]!, (value) => 0 - value) } };
}
