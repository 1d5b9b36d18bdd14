/** Preference pairs out of an earlier stage's rollouts, with the tokens of both sides. */
import type { RunContext } from "../run/context.ts";
import { PAIR_KINDS, pairsOfGroup, type PairSide, type PreferencePair } from "../../science/preference-pairs.ts";
import type { DpoStageSettings } from "../../science/settings.ts";
import { verifierMetrics, verifyGroup, type VerifiedRollout } from "../../science/verifier.ts";
import type { ConsistencyJudge } from "../../science/judge/consistency-judge.ts";
import { openJudge } from "../judges/open-judge.ts";
import { rolloutsOfStage, TokenReader, type EarlierGroup } from "./earlier-rollouts.ts";

export interface TokenPair {
  readonly earlier: EarlierGroup;
  readonly pair: PreferencePair;
  readonly chosen: Int32Array;
  readonly rejected: Int32Array;
}

export interface PreferenceMaterial {
  /** In the order of the earlier stage's updates. */
  readonly pairs: readonly TokenPair[];
  /** Of another run: its id. */
  readonly run: string | null;
  /** What the verifier found, group by group. */
  readonly verified: readonly VerifiedGroup[];
  /** How the verifier judged all rollouts, pairs by kind, and what became no pair by reason. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface VerifiedGroup {
  readonly group: string;
  readonly rollouts: readonly VerifiedRollout[];
}

/** Groups whose rollouts are before the judge at one time. */
const GROUPS_AT_ONCE = 16;

/** The same for the same journal: a resumed stage builds it again. */
export async function preferenceMaterial(context: RunContext, stage: DpoStageSettings): Promise<PreferenceMaterial> {
  const open = await openJudge(stage.judge, context);
  try {
    return await materialBy(context, stage, open.judge);
  } finally {
    open.dispose();
  }
}

async function materialBy(
  context: RunContext,
  stage: DpoStageSettings,
  judge: ConsistencyJudge,
): Promise<PreferenceMaterial> {
  const { prompter } = context;
  const earlier = await rolloutsOfStage(context, stage.rolloutsOf);
  const groups = stage.videosOnly
    ? earlier.groups.filter(({ group }) => group.media?.kind === "video")
    : earlier.groups;
  const count = (text: string): number => prompter.tokenizer.encode(text).length;
  const verified: VerifiedRollout[][] = [];
  for (let from = 0; from < groups.length; from += GROUPS_AT_ONCE) {
    const part = groups.slice(from, from + GROUPS_AT_ONCE);
    verified.push(
      ...(await Promise.all(
        part.map(({ group, rollouts }) => verifyGroup(rollouts, group, judge, count, stage.secondJudge)),
      )),
    );
  }
  const reader = new TokenReader(earlier.runFolder);
  try {
    const pairs: TokenPair[] = [];
    const reasons: Record<string, number> = {};
    for (const [place, one] of groups.entries()) {
      const { group, rollouts } = one;
      const built = await pairsOfGroup(verified[place]!, group, judge, stage.pairs);
      for (const [reason, count] of Object.entries(built.rejected)) reasons[reason] = (reasons[reason] ?? 0) + count;
      const tokens = ({ index, composed }: PairSide): Int32Array =>
        composed === null
          ? reader.ids(rollouts.find((rollout) => rollout.index === index)!.tokens)
          : Int32Array.from(prompter.tokenizer.encode(`${composed}<|im_end|>`));
      for (const pair of built.pairs) {
        const [chosen, rejected] = [tokens(pair.chosen), tokens(pair.rejected)];
        if (chosen.length > 0 && rejected.length > 0) pairs.push({ earlier: one, pair, chosen, rejected });
      }
    }
    const kinds = PAIR_KINDS.map((kind) => [`pairs/${kind}`, pairs.filter(({ pair }) => pair.kind === kind).length]);
    const dropped = Object.entries(reasons).map(([reason, count]) => [`pairs/dropped/${reason}`, count] as const);
    const metrics: Record<string, number> = {
      ...verifierMetrics(verified.flat()),
      "pairs/all": pairs.length,
      ...(Object.fromEntries(kinds) as Record<string, number>),
      ...Object.fromEntries(dropped),
    };
    const byGroup = groups.map(({ group: { group } }, place) => ({ group, rollouts: verified[place]! }));
    return { pairs, verified: byGroup, run: earlier.run, metrics };
  } finally {
    reader.close();
  }
}
