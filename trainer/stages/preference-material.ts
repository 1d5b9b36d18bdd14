/** Preference pairs out of an earlier stage's rollouts, with the tokens of both sides. */
import type { RunContext } from "../context.ts";
import { PAIR_KINDS, pairsOfGroup, type PairSide, type PreferencePair } from "../../science/preference-pairs.ts";
import type { DpoStageSettings } from "../../science/settings.ts";
import { verifierMetrics, verifyGroup, type VerifiedRollout } from "../../science/verifier.ts";
import { rolloutsOfStage, TokenReader, type EarlierGroup } from "../earlier-rollouts.ts";

export interface TokenPair {
  readonly earlier: EarlierGroup;
  readonly pair: PreferencePair;
  readonly chosen: Int32Array;
  readonly rejected: Int32Array;
}

export interface PreferenceMaterial {
  /** In the order of the earlier stage's updates. */
  readonly pairs: readonly TokenPair[];
  /** How the verifier judged all rollouts, pairs by kind, and what became no pair by reason. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The same for the same journal: a resumed stage builds it again. */
export async function preferenceMaterial(context: RunContext, stage: DpoStageSettings): Promise<PreferenceMaterial> {
  const { prompter, runFolder } = context;
  const groups = await rolloutsOfStage(context, stage.rolloutsOf);
  const reader = new TokenReader(runFolder);
  try {
    const all: VerifiedRollout[] = [];
    const pairs: TokenPair[] = [];
    const reasons: Record<string, number> = {};
    for (const earlier of groups) {
      const { group, rollouts } = earlier;
      const verified = await verifyGroup(
        rollouts,
        group,
        stage.judge,
        (text) => prompter.tokenizer.encode(text).length,
      );
      all.push(...verified);
      const built = await pairsOfGroup(verified, group, stage.judge, stage.pairs);
      for (const [reason, count] of Object.entries(built.rejected)) reasons[reason] = (reasons[reason] ?? 0) + count;
      const tokens = ({ index, composed }: PairSide): Int32Array =>
        composed === null
          ? reader.ids(rollouts.find((rollout) => rollout.index === index)!.tokens)
          : Int32Array.from(prompter.tokenizer.encode(`${composed}<|im_end|>`));
      for (const pair of built.pairs) {
        const [chosen, rejected] = [tokens(pair.chosen), tokens(pair.rejected)];
        if (chosen.length > 0 && rejected.length > 0) pairs.push({ earlier, pair, chosen, rejected });
      }
    }
    const kinds = PAIR_KINDS.map((kind) => [`pairs/${kind}`, pairs.filter(({ pair }) => pair.kind === kind).length]);
    const dropped = Object.entries(reasons).map(([reason, count]) => [`pairs/dropped/${reason}`, count] as const);
    const metrics: Record<string, number> = {
      ...verifierMetrics(all),
      "pairs/all": pairs.length,
      ...(Object.fromEntries(kinds) as Record<string, number>),
      ...Object.fromEntries(dropped),
    };
    return { pairs, metrics };
  } finally {
    reader.close();
  }
}
