import { useCallback, useMemo, useRef, useState } from "react";
import type { GroupView } from "../../../contract/methods.ts";
import { AugmentationReadout } from "../../parts/AugmentationReadout.tsx";
import { GateReadout } from "../../parts/GateReadout.tsx";
import { formatPercent } from "../../parts/format.ts";
import { channelValues, scaleOf, TOKEN_CHANNELS } from "../../parts/token-heat.ts";
import type { TokenChannel } from "../../parts/token-heat.ts";
import { useServices } from "../../state/queries.ts";
import { ChannelBar } from "./ChannelBar.tsx";
import { Evidence } from "./Evidence.tsx";
import type { EvidenceHandle } from "./Evidence.tsx";
import { shareCorrect } from "./pairs.ts";
import type { Pair } from "./pairs.ts";
import { RewardLegend } from "../../parts/RewardWaterfall.tsx";
import { RolloutCard } from "./RolloutCard.tsx";
import { withPush } from "./token-pushes.ts";
import type { PushSettings } from "./token-pushes.ts";
import styles from "./PairView.module.css";

const NOTHING: readonly number[] = [];

export type ShownViews = "both" | "ordered" | "shuffled";

/** One prompt: what was asked and seen, the gate, and all answers with the frames in order and shuffled. */
export function PairView({
  run,
  pair,
  settings,
  pulls,
  selected,
  channel,
  views,
  onSelect,
  onChannel,
  onViews,
}: {
  readonly run: string;
  readonly pair: Pair;
  /** The run's own; null where it does not say. */
  readonly settings: PushSettings | null;
  /** Of each ordered rollout, by index. */
  readonly pulls: readonly number[] | null;
  readonly selected: number | null;
  readonly channel: TokenChannel;
  readonly views: ShownViews;
  readonly onSelect: (rollout: number) => void;
  readonly onChannel: (channel: TokenChannel) => void;
  readonly onViews: (views: ShownViews) => void;
}) {
  const { ordered, shuffled } = pair;
  const groups = [
    { group: ordered, kind: "ordered" as const },
    ...(shuffled ? [{ group: shuffled, kind: "shuffled" as const }] : []),
  ];
  const rollouts = useMemo(() => [...ordered.rollouts, ...(shuffled?.rollouts ?? [])], [ordered, shuffled]);
  const tokenQueries = useServices(
    "rollouts.tokens",
    rollouts.map(({ id }) => ({ run, rollout: id })),
  );
  const tokens = useMemo(
    () =>
      new Map(
        rollouts.map(({ id }, index) => {
          const data = tokenQueries[index]?.data;
          return [id, data && withPush(data, settings)];
        }),
      ),
    [rollouts, tokenQueries, settings],
  );
  const scale = useMemo(
    () =>
      scaleOf(
        channel,
        [...tokens.values()].flatMap((each) => (each ? [...(channelValues(each, channel) ?? [])] : [])),
      ),
    [channel, tokens],
  );
  const available = useMemo(
    () =>
      new Set(
        TOKEN_CHANNELS.filter((name) =>
          [...tokens.values()].some((each) => each && channelValues(each, name) !== undefined),
        ),
      ),
    [tokens],
  );
  const [pointed, setPointed] = useState<readonly number[]>(NOTHING);
  // The same places again must not redraw thousands of tokens.
  const point = useCallback(
    (positions: readonly number[]) =>
      setPointed((now) =>
        now.length === positions.length && now.every((at, i) => at === positions[i]) ? now : positions,
      ),
    [],
  );
  const evidence = useRef<EvidenceHandle>(null);
  const show = useCallback(
    (positions: readonly number[]) => {
      point(positions);
      evidence.current?.show(positions);
    },
    [point],
  );
  const reach = Math.max(...rollouts.map(({ reward }) => reward), 1e-6);
  const shown = shuffled ? groups.filter(({ kind }) => views === "both" || views === kind) : groups;
  return (
    <div className={styles["pair"]}>
      <Prompt group={ordered} />
      {ordered.media && (
        <Evidence
          key={pair.pair}
          ref={evidence}
          ordered={ordered}
          shuffled={shuffled}
          pointed={pointed}
          onPoint={point}
        />
      )}
      {ordered.gate && <GateReadout gate={ordered.gate} />}
      {ordered.augmentation && <AugmentationReadout augmentation={ordered.augmentation} group={ordered} />}
      <ChannelBar
        channel={channel}
        scale={scale}
        available={available}
        views={shuffled ? views : null}
        onChannel={onChannel}
        onViews={onViews}
      />
      <RewardLegend rollouts={rollouts} />
      <div className={styles["columns"]} data-count={shown.length}>
        {shown.map(({ group, kind }) => (
          <section key={group.group} aria-label={`${kind} rollouts`}>
            <h3 data-kind={kind}>
              {shuffled ? (kind === "ordered" ? "Frames in order" : "Frames shuffled") : "Answers"}
              <span>
                {formatPercent(shareCorrect(group), 0)} right{group.trained ? "" : " · scored, not trained on"}
              </span>
            </h3>
            {group.rollouts.map((rollout) => (
              <RolloutCard
                key={rollout.id}
                run={run}
                rollout={rollout}
                group={group}
                tokens={tokens.get(rollout.id)}
                channel={channel}
                scale={scale}
                reach={reach}
                settings={settings}
                pull={group.trained ? (pulls?.[rollout.index] ?? null) : null}
                selected={rollout.id === selected}
                pointed={pointed}
                onSelect={() => onSelect(rollout.id)}
                onPoint={point}
                onSeek={show}
              />
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}

/** The question, its options with the right one marked, and where the row comes from. */
function Prompt({ group }: { readonly group: GroupView }) {
  const isRight = (option: string) =>
    group.answer
      .split(",")
      .some((letter) => option === letter || option.startsWith(`${letter}.`) || option.startsWith(`${letter})`));
  return (
    <section className={styles["prompt"]} aria-label="Question">
      <h2>{group.question}</h2>
      {group.options.length > 0 ? (
        <ul>
          {group.options.map((option) => (
            <li key={option} data-right={isRight(option)} title={isRight(option) ? "The right answer" : undefined}>
              {option}
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles["truth"]}>
          Right answer <strong>{group.answer}</strong>
        </p>
      )}
      <p className={styles["source"]}>
        {[group.task.replaceAll("_", " "), group.problemType, group.sampleId].filter(Boolean).join(" · ")}
      </p>
    </section>
  );
}
