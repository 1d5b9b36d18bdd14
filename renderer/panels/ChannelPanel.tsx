import { useMemo } from "react";
import type { Panel } from "../../contract/panels.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { TokenText } from "../parts/TokenText.tsx";
import { channelValues, scaleOf, TOKEN_CHANNELS } from "../parts/token-heat.ts";
import { useVisible } from "../parts/useVisible.ts";
import { useServices } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { useNewestGroups } from "./newest-groups.ts";
import styles from "./ChannelPanel.module.css";

const SHOWN = 4;

/** A recipe's panel of kind `channel`: answers of the newest step, coloured by one of the journalled channels. */
export function ChannelPanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "channel" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const { step, groups, error } = useNewestGroups(run, visible);
  const channel = TOKEN_CHANNELS.find((name) => name === panel.channel);
  // A group that gives a gradient says more than one in which all answers are alike.
  const group = groups?.find(({ trained, dead }) => trained && !dead) ?? groups?.find(({ trained }) => trained);
  const rollouts = useMemo(() => group?.rollouts.slice(0, SHOWN) ?? [], [group]);
  const queries = useServices(
    "rollouts.tokens",
    rollouts.map(({ id }) => ({ run, rollout: id })),
  );
  const scale = useMemo(
    () =>
      channel &&
      scaleOf(
        channel,
        queries.flatMap(({ data }) => (data ? [...(channelValues(data, channel) ?? [])] : [])),
      ),
    [channel, queries],
  );
  const failed = error ?? queries.find((query) => query.error)?.error;
  return (
    <div ref={ref} data-panel={panel.title}>
      <Card title={panel.title} explanation={panel.explanation}>
        {failed ? (
          <ErrorNote error={failed} />
        ) : !channel || !scale ? (
          <EmptyState compact icon="warning" title={`There is no token channel called “${panel.channel}”.`} />
        ) : !groups ? (
          <Skeleton height={120} />
        ) : !group ? (
          <EmptyState compact icon="rollouts" title="Answers appear with the first step of reinforcement learning." />
        ) : (
          <>
            <p className={styles["question"]}>
              {group.question}
              <button
                type="button"
                onClick={() => navigate({ screen: "rollouts", run, step, pair: group.pair, rollout: null })}
              >
                step {step}
              </button>
            </p>
            <ul className={styles["answers"]}>
              {rollouts.map((rollout, index) => (
                <li key={rollout.id} data-correct={rollout.correct}>
                  {queries[index]?.data ? (
                    <TokenText tokens={queries[index].data} channel={channel} scale={scale} />
                  ) : (
                    rollout.text
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Card>
    </div>
  );
}
