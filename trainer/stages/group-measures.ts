/** What a step measures on its groups before the update: reference log-probabilities, answer likelihoods, token weights. */
import type { Completion, Model, PackedGroup } from "../../native/types.ts";
import { answerTokenSpan, likelihoodOf, type LikelihoodForm } from "../../science/answer-likelihood.ts";
import { klTokenWeights, type KlTokens } from "../../science/kl-tokens.ts";
import { splitRows } from "../../science/objectives/objective.ts";
import type { TokenWeighting } from "../../science/token-weights.ts";
import { microBatches } from "./batching.ts";
import type { PreparedPrompt, Prompter } from "../data/prompting.ts";
import type { PromptRollouts, Rollout } from "./rollouts.ts";

/** Per group and rollout, `[tokens]`. */
export type TokenTable = Float32Array[][];

export interface GroupPass {
  readonly prompter: Prompter;
  /** Tokens that one pass may hold. */
  readonly tokenBudget: number;
  readonly signal: AbortSignal;
}

/**
 * Log-probabilities under a reference, which sees the same frames through its own vision tower. Null: the policy without
 * its adapters, which sees what the policy was shown.
 */
export async function referenceLogProbs(
  reference: Model | null,
  policy: Model,
  prepared: readonly PreparedPrompt[],
  groups: readonly PackedGroup[],
  { prompter, tokenBudget, signal }: GroupPass,
): Promise<TokenTable> {
  const result: TokenTable = [];
  for (const [from, to] of microBatches(groups, tokenBudget)) {
    const own =
      reference === null
        ? []
        : await Promise.all(prepared.slice(from, to).map((item) => prompter.showTo(reference, item)));
    try {
      const seen = own.map(({ prompt }, index) => ({ prompt, completions: groups[from + index]!.completions }));
      const batch = reference === null ? groups.slice(from, to) : seen;
      const scores = await (reference ?? policy).score(batch, { signal, adapter: reference !== null });
      const rows = splitRows(scores.logProbs, scores.offsets);
      for (const { completions } of batch) result.push(rows.splice(0, completions.length));
    } finally {
      for (const { media } of own) media.dispose();
    }
  }
  return result;
}

const answerSpanOf = ({ ids }: Completion, prompter: Prompter): readonly [number, number] | null =>
  answerTokenSpan(Array.from(ids, (id) => prompter.tokenizer.tokenText(id)));

/** Factors on the KL of each token, by group and rollout; null where all count alike. */
export function klWeights(prompts: readonly PromptRollouts[], kind: KlTokens, prompter: Prompter): TokenTable | null {
  if (kind === "all") return null;
  return prompts.map(({ ordered }) => {
    const rollouts = ordered.rollouts.map(({ accuracy, completion }) => ({
      accuracy,
      tokens: completion.ids.length,
      answer: answerSpanOf(completion, prompter),
    }));
    return klTokenWeights(kind, rollouts)!;
  });
}

/** The ordered rollouts with how likely the reference finds their answers. */
export function withLikelihoods(
  prompts: readonly PromptRollouts[],
  reference: TokenTable,
  form: LikelihoodForm,
  prompter: Prompter,
): PromptRollouts[] {
  const likelihood = ({ completion }: Rollout, logProbs: Float32Array): number | null => {
    const span = answerSpanOf(completion, prompter);
    return span === null ? null : likelihoodOf(logProbs, span, form);
  };
  return prompts.map((prompt, group) => {
    const rollouts = prompt.ordered.rollouts.map((rollout, index) => ({
      ...rollout,
      answerLikelihood: likelihood(rollout, reference[group]![index]!),
    }));
    return { ...prompt, ordered: { ...prompt.ordered, rollouts } };
  });
}

/** Weight of each token of each rollout, from how far its group's members disagree under the policy. */
export async function tokenWeights(
  policy: Model,
  groups: readonly PackedGroup[],
  weighting: TokenWeighting,
  { tokenBudget, signal }: GroupPass,
): Promise<TokenTable> {
  const { measure, fill } = weighting;
  const result: TokenTable = [];
  for (const [from, to] of microBatches(groups, tokenBudget)) {
    const batch = groups.slice(from, to);
    const spreads = await policy.groupDivergence(batch, { measure, fill, signal });
    batch.forEach(({ completions }, index) => {
      const weights = Float32Array.from(weighting.weights(spreads[index]!));
      result.push(completions.map((ids) => weights.slice(0, ids.length)));
    });
  }
  return result;
}
