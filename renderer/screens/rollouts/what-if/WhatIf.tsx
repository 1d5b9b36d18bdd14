import { useMemo } from "react";
import type { WhatIfSettings } from "../../../../science/what-if.ts";
import { changeOf, recompute } from "../../../../science/what-if.ts";
import { EmptyState } from "../../../parts/EmptyState.tsx";
import { formatNumber } from "../../../parts/format.ts";
import type { Pair } from "../pairs.ts";
import { loggedGroups } from "../run-settings.ts";
import { ChangedGroup } from "./ChangedGroup.tsx";
import { ChangeTiles } from "./ChangeTiles.tsx";
import { Controls } from "./Controls.tsx";
import { GroupRows } from "./GroupRows.tsx";
import styles from "./WhatIf.module.css";

interface WhatIfProps {
  readonly run: string;
  readonly recipe: string;
  readonly preset: string;
  readonly pairs: readonly Pair[];
  /** The run's own. */
  readonly base: WhatIfSettings;
  /** What they are changed to. */
  readonly settings: WhatIfSettings;
  readonly selected: Pair;
  readonly onSettings: (settings: WhatIfSettings) => void;
  readonly onSelect: (pair: string) => void;
  readonly onOpen: (pair: string, rollout: number) => void;
}

/** Advantages that the journal rounds to 32 bits agree to about this much. */
const SAME = 1e-5;

/** The step's logged rollouts under other rewards, normalisation and objective: who would have been pushed where. */
export function WhatIf(props: WhatIfProps) {
  const { pairs, base, settings, selected } = props;
  const trained = useMemo(() => pairs.filter(({ ordered }) => ordered.trained), [pairs]);
  const groups = useMemo(() => loggedGroups(trained), [trained]);
  const before = useMemo(() => recompute(groups, base, base.weights), [groups, base]);
  const after = useMemo(() => recompute(groups, settings, base.weights), [groups, settings, base.weights]);
  const change = useMemo(() => changeOf(before, after), [before, after]);
  const difference = useMemo(() => largestDifference(trained, before), [trained, before]);
  const parts = useMemo(() => partNames(trained), [trained]);
  const place = Math.max(0, trained.indexOf(selected));
  if (trained.length === 0) {
    return (
      <div className={styles["pad"]}>
        <EmptyState icon="rollouts" title="Nothing of this step was trained on, so there is nothing to recompute." />
      </div>
    );
  }
  return (
    <div className={styles["what-if"]}>
      <Controls {...props} parts={parts} />
      <div className={styles["result"]}>
        <p className={styles["check"]} data-same={difference <= SAME}>
          {difference <= SAME
            ? `Recomputed under the run's own settings, every advantage of this step is the journal's (largest difference ${formatNumber(difference, 2)}).`
            : `Under the run's own settings the recomputed advantages differ from the journal's by up to ${formatNumber(difference, 2)}: a knob was turned during the run, or a part of the reward is not known here. Read changes as approximate.`}
        </p>
        <ChangeTiles change={change} before={before} after={after} />
        <div className={styles["split"]}>
          <GroupRows pairs={trained} before={before} after={after} selected={place} onSelect={props.onSelect} />
          <ChangedGroup
            pair={trained[place]!}
            before={before[place]!}
            after={after[place]!}
            onOpen={(rollout) => props.onOpen(trained[place]!.pair, rollout)}
          />
        </div>
      </div>
    </div>
  );
}

/** Parts that judge one rollout, in the order of the journal. */
function partNames(pairs: readonly Pair[]): string[] {
  const all = pairs.flatMap(({ ordered }) => ordered.rollouts.flatMap(({ rewards }) => Object.keys(rewards)));
  return [...new Set(all)].filter((name) => name !== "temporal" && name !== "length");
}

function largestDifference(pairs: readonly Pair[], recomputed: ReturnType<typeof recompute>): number {
  const differences = pairs.flatMap(({ ordered }, place) =>
    ordered.rollouts.map(({ advantage }, index) =>
      Math.abs((advantage ?? 0) - recomputed[place]!.outcome.advantages[index]!),
    ),
  );
  return Math.max(0, ...differences);
}
