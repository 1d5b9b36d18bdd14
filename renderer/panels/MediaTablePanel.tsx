import type { GroupView } from "../../contract/methods.ts";
import type { Panel } from "../../contract/panels.ts";
import { mediaAddress } from "../connection.ts";
import { describeMetric, rewardPartLabel } from "../metrics.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { formatNumber, formatPercent } from "../parts/format.ts";
import { useVisible } from "../parts/useVisible.ts";
import { navigate } from "../state/route.ts";
import { useNewestGroups } from "./newest-groups.ts";
import styles from "./MediaTablePanel.module.css";

const FRAMES = 4;
const ROWS = 12;

/** What a column of the table says of a group: its own words, shares and spreads, or the mean of a reward part. */
export function cellOf(group: GroupView, column: string): string {
  const { rollouts } = group;
  const mean = (of: (rollout: (typeof rollouts)[0]) => number) =>
    rollouts.length === 0 ? null : rollouts.reduce((sum, rollout) => sum + of(rollout), 0) / rollouts.length;
  switch (column) {
    case "question":
    case "answer":
    case "task":
    case "sampleId":
    case "problemType":
      return group[column];
    case "prediction":
      return mostFrequent(rollouts.map(({ prediction }) => prediction)) || "–";
    case "accuracy":
      return formatPercent(
        mean(({ correct }) => Number(correct)),
        0,
      );
    case "reward":
      return formatNumber(mean(({ reward }) => reward));
    case "rewardStd":
      // Equal rewards may leave a rounding of 1e-16 in their spread.
      return group.dead ? "0" : formatNumber(group.rewardStd);
    case "tokens":
      return formatNumber(mean(({ tokenCount }) => tokenCount));
    case "gate":
      return group.gate ? (group.gate.passed ? "open" : "shut") : "–";
    default:
      return rollouts.some(({ rewards }) => column in rewards)
        ? formatNumber(mean(({ rewards }) => rewards[column] ?? 0))
        : "–";
  }
}

function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

const TITLES: Readonly<Record<string, string>> = {
  sampleId: "Row",
  problemType: "Type",
  rewardStd: "Spread",
  tokens: "Tokens",
  prediction: "Answered most",
  answer: "Right",
  gate: "Gate",
};
const titleOf = (column: string): string =>
  TITLES[column] ?? (column === "reward" ? describeMetric("reward").label : rewardPartLabel(column));

/** A recipe's panel of kind `mediaTable`: the newest prompts with the frames that the model saw and chosen columns. */
export function MediaTablePanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "mediaTable" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const { step, groups, error } = useNewestGroups(run, visible);
  const shown = groups?.filter(({ trained }) => trained).slice(0, ROWS);
  return (
    <div ref={ref} data-panel={panel.title}>
      <Card title={panel.title} explanation={panel.explanation}>
        {error ? (
          <ErrorNote error={error} />
        ) : !shown ? (
          <Skeleton height={200} />
        ) : shown.length === 0 ? (
          <EmptyState compact icon="rollouts" title="Prompts appear with the first step of reinforcement learning." />
        ) : (
          <div className={styles["scroll"]}>
            <table className={styles["table"]}>
              <thead>
                <tr>
                  <th scope="col">Frames</th>
                  {panel.columns.map((column) => (
                    <th key={column} scope="col">
                      {titleOf(column)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((group) => (
                  <tr key={group.group}>
                    <td>
                      <button
                        type="button"
                        className={styles["frames"]}
                        aria-label={`Open ${group.question}`}
                        onClick={() => navigate({ screen: "rollouts", run, step, pair: group.pair, rollout: null })}
                      >
                        <Thumbnails group={group} />
                      </button>
                    </td>
                    {panel.columns.map((column) => (
                      <td key={column} title={cellOf(group, column)}>
                        {cellOf(group, column)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    </div>
  );
}

/** A few frames over the whole clip. */
function Thumbnails({ group }: { readonly group: GroupView }) {
  if (!group.media) return <span>no media</span>;
  const { frameUrls } = group.media;
  const count = Math.min(FRAMES, frameUrls.length);
  return Array.from({ length: count }, (_, index) => {
    const place = count === 1 ? 0 : Math.round((index * (frameUrls.length - 1)) / (count - 1));
    return <img key={index} src={mediaAddress(frameUrls[place]!)} alt="" loading="lazy" decoding="async" />;
  });
}
