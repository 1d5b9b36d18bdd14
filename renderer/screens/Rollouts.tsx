import { useMemo, useState } from "react";
import type { StepIndexEntry } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { Button } from "../parts/Button.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import { TOKEN_CHANNELS } from "../parts/token-heat.ts";
import type { TokenChannel } from "../parts/token-heat.ts";
import { formatRoute } from "../state/address.ts";
import type { RolloutsView } from "../state/address.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { GroupList } from "./rollouts/GroupList.tsx";
import { joinPairs, passesFilter } from "./rollouts/pairs.ts";
import type { PairFilter } from "./rollouts/pairs.ts";
import { PairView } from "./rollouts/PairView.tsx";
import type { ShownViews } from "./rollouts/PairView.tsx";
import { StepScrubber } from "./rollouts/StepScrubber.tsx";
import styles from "./Rollouts.module.css";

interface RolloutsProps {
  readonly run: string;
  /** Null: follow the newest. */
  readonly step: number | null;
  readonly pair: string | null;
  readonly rollout: number | null;
  readonly view?: RolloutsView;
  readonly sample?: string | null;
}

/** The step that has rollouts and lies nearest to the one asked for; without one the newest. */
export function nearestStep(steps: readonly StepIndexEntry[], asked: number | null): number | null {
  if (steps.length === 0) return null;
  if (asked === null) return steps.at(-1)!.step;
  return steps.reduce(
    (best, entry) => (Math.abs(entry.step - asked) < Math.abs(best - asked) ? entry.step : best),
    steps[0]!.step,
  );
}

/** The answers of a run, step by step, beside the frames that the model saw. */
export function Rollouts(place: RolloutsProps) {
  const { run, step: asked } = place;
  const detail = useService("runs.get", { run });
  const { data: steps, error } = useService("rollouts.steps", { run });
  const step = nearestStep(steps ?? [], asked);
  const name = detail.data?.name ?? run;
  const crumbs = [
    { label: "Runs", href: formatRoute({ screen: "runs" }) },
    { label: name, href: formatRoute({ screen: "live", run, tab: "overview" }) },
  ];
  const openRun = () => navigate({ screen: "live", run, tab: "overview" });
  return (
    <Page
      crumbs={crumbs}
      title="Rollouts"
      flush
      actions={
        <Button icon="live" shortcut="g l" hint="Curves of this run" onClick={openRun}>
          Live run
        </Button>
      }
    >
      {error && !steps ? (
        <div className={styles["pad"]}>
          <ErrorNote error={error} />
        </div>
      ) : !steps ? (
        <div className={styles["pad"]}>
          <Skeleton height={64} />
          <Skeleton height={360} />
        </div>
      ) : step === null ? (
        <div className={styles["pad"]}>
          <EmptyState
            icon="rollouts"
            title="No rollouts yet. They begin with reinforcement learning, after the cold start."
          >
            <Button kind="primary" onClick={openRun}>
              See where the run is
            </Button>
          </EmptyState>
        </div>
      ) : (
        <StepView {...place} steps={steps} step={step} following={asked === null} />
      )}
    </Page>
  );
}

function StepView({
  run,
  steps,
  step,
  following,
  pair: askedPair,
  rollout,
}: RolloutsProps & { readonly steps: readonly StepIndexEntry[]; readonly step: number; readonly following: boolean }) {
  const { data: groups, error } = useService("rollouts.groups", { run, step });
  const [filter, setFilter] = useState<PairFilter>("all");
  const [channel, setChannel] = useState<TokenChannel>("logProb");
  const [views, setViews] = useState<ShownViews>("both");
  const pairs = useMemo(() => joinPairs(groups ?? []), [groups]);
  const shown = useMemo(() => pairs.filter((candidate) => passesFilter(candidate, filter)), [pairs, filter]);
  const pair = pairs.find((candidate) => candidate.pair === askedPair) ?? shown[0] ?? pairs[0] ?? null;
  const rollouts = pair ? [...pair.ordered.rollouts, ...(pair.shuffled?.rollouts ?? [])] : [];

  const goStep = (next: number) =>
    navigate({ screen: "rollouts", run, step: next, pair: null, rollout: null }, "replace");
  const goPair = (next: string) => navigate({ screen: "rollouts", run, step, pair: next, rollout: null }, "replace");
  const goRollout = (next: number) =>
    navigate({ screen: "rollouts", run, step, pair: pair!.pair, rollout: next }, "replace");
  const moveIn = <Item,>(list: readonly Item[], at: number, by: number, go: (item: Item) => void) => {
    const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
    if (next !== undefined) go(next);
  };
  const moveStep = (by: number) =>
    moveIn(
      steps,
      steps.findIndex((entry) => entry.step === step),
      by,
      (entry) => goStep(entry.step),
    );
  const movePair = (by: number) =>
    moveIn(
      shown,
      shown.findIndex((each) => each.pair === pair?.pair),
      by,
      (each) => goPair(each.pair),
    );
  const moveRollout = (by: number) =>
    moveIn(
      rollouts,
      rollouts.findIndex(({ id }) => id === rollout),
      by,
      ({ id }) => goRollout(id),
    );
  const cycle = <Item,>(list: readonly Item[], item: Item) => list[(list.indexOf(item) + 1) % list.length]!;
  useActions([
    { id: "next-sample", label: "Next prompt", group: "Rollouts", shortcut: "n or j", perform: () => movePair(1) },
    {
      id: "previous-sample",
      label: "Previous prompt",
      group: "Rollouts",
      shortcut: "p or k",
      perform: () => movePair(-1),
    },
    { id: "next-step", label: "Next step", group: "Rollouts", shortcut: "N", perform: () => moveStep(1) },
    { id: "previous-step", label: "Previous step", group: "Rollouts", shortcut: "P", perform: () => moveStep(-1) },
    { id: "next-rollout", label: "Next answer", group: "Rollouts", shortcut: "]", perform: () => moveRollout(1) },
    {
      id: "previous-rollout",
      label: "Previous answer",
      group: "Rollouts",
      shortcut: "[",
      perform: () => moveRollout(-1),
    },
    {
      id: "views",
      label: "Ordered, shuffled or both",
      group: "Rollouts",
      shortcut: "o",
      perform: () => setViews(cycle(["both", "ordered", "shuffled"] as const, views)),
    },
    {
      id: "channel",
      label: "Colour tokens by the next channel",
      group: "Rollouts",
      shortcut: "c",
      perform: () => setChannel(cycle(TOKEN_CHANNELS, channel)),
    },
    {
      id: "copy-link",
      label: "Copy a link to this view",
      group: "Rollouts",
      perform: () => void navigator.clipboard.writeText(window.location.href),
    },
  ]);
  return (
    <div className={styles["view"]}>
      <StepScrubber
        steps={steps}
        step={step}
        following={following}
        onStep={goStep}
        onFollow={() => navigate({ screen: "rollouts", run, step: null, pair: null, rollout: null }, "replace")}
      />
      <div className={styles["body"]}>
        <GroupList pairs={pairs} filter={filter} selected={pair?.pair ?? null} onFilter={setFilter} onSelect={goPair} />
        {error && !groups ? (
          <div className={styles["pad"]}>
            <ErrorNote error={error} />
          </div>
        ) : pair ? (
          <PairView
            key={pair.pair}
            run={run}
            pair={pair}
            selected={rollout}
            channel={channel}
            views={views}
            onSelect={goRollout}
            onChannel={setChannel}
            onViews={setViews}
          />
        ) : (
          <div className={styles["pad"]}>
            {groups ? <EmptyState icon="rollouts" title="This step has no groups." /> : <Skeleton height={320} />}
          </div>
        )}
      </div>
    </div>
  );
}
