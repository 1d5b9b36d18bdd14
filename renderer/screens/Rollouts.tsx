import { useMemo, useState } from "react";
import type { RunDetail, StepIndexEntry } from "../../contract/methods.ts";
import { recompute } from "../../science/what-if.ts";
import type { WhatIfSettings } from "../../science/what-if.ts";
import { useActions } from "../actions.ts";
import { Button } from "../parts/Button.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { TOKEN_CHANNELS } from "../parts/token-heat.ts";
import type { TokenChannel } from "../parts/token-heat.ts";
import { formatRoute, ROLLOUTS_VIEWS } from "../state/address.ts";
import type { RolloutsView } from "../state/address.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { Corrections } from "./rollouts/corrections/Corrections.tsx";
import { GroupList } from "./rollouts/GroupList.tsx";
import { PromptHistory } from "./rollouts/history/PromptHistory.tsx";
import { DeadGroupMap } from "./rollouts/map/DeadGroupMap.tsx";
import { holdsWords, joinPairs, passesFilter } from "./rollouts/pairs.ts";
import type { PairFilter } from "./rollouts/pairs.ts";
import { PairView } from "./rollouts/PairView.tsx";
import type { ShownViews } from "./rollouts/PairView.tsx";
import { loggedGroups, runSettings } from "./rollouts/run-settings.ts";
import { StepScrubber } from "./rollouts/StepScrubber.tsx";
import { VIEW_WORDS } from "./rollouts/views.ts";
import { WhatIf } from "./rollouts/what-if/WhatIf.tsx";
import styles from "./Rollouts.module.css";

interface RolloutsProps {
  readonly run: string;
  /** Null: follow the newest. */
  readonly step: number | null;
  readonly pair: string | null;
  readonly rollout: number | null;
  readonly view?: RolloutsView;
  readonly sample?: string | null;
  readonly color?: TokenChannel;
}

/** What tokens are coloured by unless the address says otherwise. */
const USUAL_COLOR: TokenChannel = "logProb";

/** The step that has rollouts and lies nearest to the one asked for; without one the newest. */
export function nearestStep(steps: readonly StepIndexEntry[], asked: number | null): number | null {
  if (steps.length === 0) return null;
  if (asked === null) return steps.at(-1)!.step;
  return steps.reduce(
    (best, entry) => (Math.abs(entry.step - asked) < Math.abs(best - asked) ? entry.step : best),
    steps[0]!.step,
  );
}

/** The answers of a run, step by step, beside the frames that the model saw; and what they say together. */
export function Rollouts(place: RolloutsProps) {
  const { run, step: asked, view = "answers" } = place;
  const detail = useService("runs.get", { run });
  const { data: steps, error } = useService("rollouts.steps", { run });
  const step = nearestStep(steps ?? [], asked);
  const name = detail.data?.name ?? run;
  const crumbs = [
    { label: "Runs", href: formatRoute({ screen: "runs" }) },
    { label: name, href: formatRoute({ screen: "live", run, tab: "overview" }) },
  ];
  const openRun = () => navigate({ screen: "live", run, tab: "overview" });
  const openView = (next: RolloutsView) =>
    navigate({ screen: "rollouts", run, step: asked, pair: place.pair, rollout: place.rollout, view: next });
  useActions(
    ROLLOUTS_VIEWS.map((each, index) => ({
      id: `rollouts-${each}`,
      label: VIEW_WORDS[each].label,
      group: "Rollouts" as const,
      shortcut: `v ${index + 1}`,
      perform: () => openView(each),
    })),
  );
  return (
    <Page
      crumbs={crumbs}
      title="Rollouts"
      flush
      actions={
        <>
          <Segmented
            label="View"
            value={view}
            onChange={openView}
            choices={ROLLOUTS_VIEWS.map((value) => ({ value, ...VIEW_WORDS[value] }))}
          />
          <Button icon="live" shortcut="g l" hint="Curves of this run" onClick={openRun}>
            Live run
          </Button>
        </>
      }
    >
      {error && !steps ? (
        <div className={styles["pad"]}>
          <ErrorNote error={error} />
        </div>
      ) : !steps || !detail.data ? (
        <div className={styles["pad"]}>
          <Skeleton height={64} />
          <Skeleton height={360} />
        </div>
      ) : step === null && view !== "prompt" ? (
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
      ) : view === "corrections" ? (
        <Corrections run={detail.data} step={asked} />
      ) : view === "map" ? (
        <DeadGroupMap run={detail.data} />
      ) : view === "prompt" ? (
        <PromptHistory run={detail.data} sample={place.sample ?? null} />
      ) : (
        <StepView {...place} detail={detail.data} view={view} steps={steps} step={step!} following={asked === null} />
      )}
    </Page>
  );
}

function StepView({
  run,
  detail,
  view,
  steps,
  step,
  following,
  pair: askedPair,
  rollout,
  color,
}: RolloutsProps & {
  readonly detail: RunDetail;
  readonly view: "answers" | "what-if";
  readonly steps: readonly StepIndexEntry[];
  readonly step: number;
  readonly following: boolean;
}) {
  const { data: groups, error } = useService("rollouts.groups", { run, step });
  const { config } = detail;
  const [filter, setFilter] = useState<PairFilter>("all");
  const [words, setWords] = useState("");
  const channel = color ?? USUAL_COLOR;
  const [views, setViews] = useState<ShownViews>("both");
  const pairs = useMemo(() => joinPairs(groups ?? []), [groups]);
  const shown = useMemo(
    () => pairs.filter((candidate) => passesFilter(candidate, filter) && holdsWords(candidate, words)),
    [pairs, filter, words],
  );
  // Most is to be seen where rewards differ, as the step taught something there, and where a shuffled twin stands beside.
  const taught = (view === "what-if" ? pairs : shown).filter(({ ordered }) => !ordered.dead);
  const first = taught.find(({ shuffled }) => shuffled) ?? taught[0] ?? shown[0];
  const pair = pairs.find((candidate) => candidate.pair === askedPair) ?? first ?? pairs[0] ?? null;
  const rollouts = pair ? [...pair.ordered.rollouts, ...(pair.shuffled?.rollouts ?? [])] : [];

  const values = useMemo(() => runSettings({ config }), [config]);
  const [changed, setChanged] = useState<WhatIfSettings | null>(null);
  const pulls = useMemo(() => {
    if (!values) return null;
    const trained = pairs.filter(({ ordered }) => ordered.trained);
    const recomputed = recompute(loggedGroups(trained), values, values.weights);
    return new Map(trained.map((each, place) => [each.pair, recomputed[place]!.pulls]));
  }, [pairs, values]);

  const go = (next: {
    readonly step?: number | null;
    readonly pair?: string | null;
    readonly rollout?: number | null;
    readonly color?: TokenChannel;
  }) => {
    const kept = color === undefined ? {} : { color };
    navigate({ screen: "rollouts", run, view, step, pair: null, rollout: null, ...kept, ...next }, "replace");
  };
  const setChannel = (next: TokenChannel) =>
    go({ step: following ? null : step, pair: askedPair, rollout, color: next });
  const goStep = (next: number) => go({ step: next });
  const goPair = (next: string) => go({ pair: next });
  const goRollout = (next: number) => go({ pair: pair!.pair, rollout: next });
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
  ]);
  return (
    <div className={styles["view"]}>
      <StepScrubber
        steps={steps}
        step={step}
        following={following}
        onStep={goStep}
        onFollow={() => go({ step: null })}
      />
      {view === "what-if" ? (
        !pair ? (
          <div className={styles["pad"]}>{error ? <ErrorNote error={error} /> : <Skeleton height={320} />}</div>
        ) : values ? (
          <WhatIf
            run={run}
            recipe={detail.recipe}
            preset={detail.preset}
            pairs={pairs}
            base={values}
            settings={changed ?? values}
            selected={pair}
            onSettings={setChanged}
            onSelect={goPair}
            onOpen={(opened, id) => navigate({ screen: "rollouts", run, step, pair: opened, rollout: id })}
          />
        ) : (
          <div className={styles["pad"]}>
            <EmptyState
              icon="recipes"
              title="This run's journal holds no recipe settings, so there is nothing to compute other advantages from."
            />
          </div>
        )
      ) : (
        <div className={styles["body"]}>
          <GroupList
            pairs={pairs}
            filter={filter}
            words={words}
            selected={pair?.pair ?? null}
            onFilter={setFilter}
            onWords={setWords}
            onSelect={goPair}
          />
          {error && !groups ? (
            <div className={styles["pad"]}>
              <ErrorNote error={error} />
            </div>
          ) : pair ? (
            <PairView
              key={pair.pair}
              run={run}
              pair={pair}
              settings={values}
              pulls={pulls?.get(pair.pair) ?? null}
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
      )}
    </div>
  );
}
