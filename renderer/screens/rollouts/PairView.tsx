import { useCallback, useMemo, useRef, useState } from "react";
import type { GroupView } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { GateReadout } from "../../parts/GateReadout.tsx";
import { FrameStrip, PermutationLines, PromptRuler } from "../../parts/FrameStrip.tsx";
import { VideoPlayer } from "../../parts/VideoPlayer.tsx";
import type { VideoHandle } from "../../parts/VideoPlayer.tsx";
import { formatPercent } from "../../parts/format.ts";
import { channelValues, scaleOf } from "../../parts/token-heat.ts";
import type { TokenChannel } from "../../parts/token-heat.ts";
import { useServices } from "../../state/queries.ts";
import { ChannelBar } from "./ChannelBar.tsx";
import { shareCorrect } from "./pairs.ts";
import type { Pair } from "./pairs.ts";
import { RolloutCard } from "./RolloutCard.tsx";
import styles from "./PairView.module.css";

export type ShownViews = "both" | "ordered" | "shuffled";

/** One prompt: what was asked and seen, the gate, and all answers with the frames in order and shuffled. */
export function PairView({
  run,
  pair,
  selected,
  channel,
  views,
  onSelect,
  onChannel,
  onViews,
}: {
  readonly run: string;
  readonly pair: Pair;
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
    () => new Map(rollouts.map(({ id }, index) => [id, tokenQueries[index]?.data])),
    [rollouts, tokenQueries],
  );
  const scale = useMemo(
    () =>
      scaleOf(
        channel,
        [...tokens.values()].flatMap((each) => (each ? [...(channelValues(each, channel) ?? [])] : [])),
      ),
    [channel, tokens],
  );
  const reach = Math.max(...rollouts.map(({ reward }) => reward), 1e-6);
  const shown = shuffled ? groups.filter(({ kind }) => views === "both" || views === kind) : groups;
  return (
    <div className={styles["pair"]}>
      <Prompt group={ordered} />
      {ordered.media && <Evidence key={pair.pair} ordered={ordered} shuffled={shuffled} />}
      {ordered.gate && <GateReadout gate={ordered.gate} />}
      <ChannelBar
        channel={channel}
        scale={scale}
        available={(candidate) =>
          [...tokens.values()].some((each) => each && channelValues(each, candidate) !== undefined)
        }
        views={shuffled ? views : null}
        onChannel={onChannel}
        onViews={onViews}
      />
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
                rollout={rollout}
                group={group}
                tokens={tokens.get(rollout.id)}
                channel={channel}
                scale={scale}
                reach={reach}
                selected={rollout.id === selected}
                onSelect={() => onSelect(rollout.id)}
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
    option === group.answer || option.startsWith(`${group.answer}.`) || option.startsWith(`${group.answer})`);
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
        {group.task.replaceAll("_", " ")} · {group.problemType} · {group.sampleId}
      </p>
    </section>
  );
}

/** The video in its file beside the frames that were taken from it, in both orders. */
function Evidence({ ordered, shuffled }: { readonly ordered: GroupView; readonly shuffled: GroupView | null }) {
  const media = ordered.media!;
  const [hovered, setHovered] = useState<number | null>(null);
  const [playing, setPlaying] = useState<number | null>(null);
  const video = useRef<VideoHandle>(null);
  const seek = useCallback((ptsSec: number) => video.current?.seek(ptsSec), []);
  const frameStep = (by: number) => {
    const next = Math.max(0, Math.min(media.frames.length - 1, (playing ?? 0) + by));
    setPlaying(next);
    seek(media.frames[next]!.ptsSec);
  };
  const isVideo = media.kind === "video";
  useActions([
    {
      id: "play",
      label: "Play or pause the video",
      group: "Rollouts",
      shortcut: "Space",
      enabled: isVideo,
      perform: () => video.current?.toggle(),
    },
    {
      id: "frame-before",
      label: "Model frame before",
      group: "Rollouts",
      shortcut: ",",
      hidden: true,
      enabled: isVideo,
      perform: () => frameStep(-1),
    },
    {
      id: "frame-after",
      label: "Model frame after",
      group: "Rollouts",
      shortcut: ".",
      hidden: true,
      enabled: isVideo,
      perform: () => frameStep(1),
    },
  ]);
  const strip = { hovered, playing: isVideo ? playing : null, onHover: setHovered, onSeek: seek };
  return (
    <section className={styles["evidence"]} aria-label="What the model saw">
      {isVideo && (
        <VideoPlayer ref={video} url={media.videoUrl} path={media.path} frames={media.frames} onFrame={setPlaying} />
      )}
      <div className={styles["strips"]}>
        <FrameStrip {...strip} kind="ordered" label={isVideo ? "In order" : "Picture"} media={media} />
        {shuffled?.media?.permutation && (
          <>
            <PermutationLines permutation={shuffled.media.permutation} hovered={hovered} />
            <FrameStrip {...strip} kind="shuffled" label="Shuffled" media={shuffled.media} />
          </>
        )}
        <PromptRuler media={media} promptTokens={ordered.promptTokens} hovered={hovered} />
      </div>
    </section>
  );
}
