import type { RunSummary } from "../../../contract/methods.ts";
import { describeMetric } from "../../metrics.ts";
import type { Column } from "../../parts/DataTable.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { RunProgress } from "../../parts/RunProgress.tsx";
import { Sparkline } from "../../parts/Sparkline.tsx";
import { StatusDot } from "../../parts/StatusDot.tsx";
import { formatAgo, formatDuration, formatNumber, formatPercent } from "../../parts/format.ts";
import styles from "./columns.module.css";

/** Always there. */
export const FIXED_COLUMNS: readonly Column<RunSummary>[] = [
  { key: "state", title: "State", width: "88px", sortable: true, cell: (run) => <StatusDot state={run.state} /> },
  {
    key: "name",
    title: "Run",
    width: "minmax(160px, 2fr)",
    sortable: true,
    cell: (run) => (
      <div className={styles["name"]}>
        <strong>
          {run.name}
          {run.alerts.length > 0 && (
            <span
              className={styles["alert"]}
              data-level={run.alerts.some(({ level }) => level === "error") ? "error" : "warning"}
              title={run.alerts.map(({ title }) => title).join(", ")}
            >
              <Icon name="warning" size={12} /> {run.alerts.length}
            </span>
          )}
        </strong>
        <span title={run.note || undefined}>
          {run.recipe} · {run.preset} · seed {run.seed}
          {run.tags.map((tag) => (
            <em key={tag}>{tag}</em>
          ))}
        </span>
      </div>
    ),
  },
];

const metric = (name: string, title: string, hint: string, share = false): Column<RunSummary> => ({
  key: `metric:${name}`,
  title,
  hint,
  width: "72px",
  align: "right",
  sortable: true,
  cell: (run) => (share ? formatPercent(run.latest[name] ?? null, 0) : formatNumber(run.latest[name] ?? null, 3)),
});

/** Those that can be chosen, in the order in which they stand. */
export const CHOICE_COLUMNS: readonly Column<RunSummary>[] = [
  { key: "step", title: "Step", width: "104px", sortable: true, cell: (run) => <RunProgress run={run} /> },
  {
    key: "metric:reward",
    title: "Reward",
    hint: "Course of the mean reward, or of the loss before RL starts",
    width: "136px",
    sortable: true,
    cell: (run) => (
      <div className={styles["curve"]}>
        <Sparkline values={run.sparkline} label={`Reward of ${run.name}`} />
        {run.latest["reward"] === undefined && run.latest["loss"] !== undefined ? (
          <span className={styles["ago"]}>{formatNumber(run.latest["loss"], 2)}</span>
        ) : (
          <span>{formatNumber(run.latest["reward"] ?? null, 3)}</span>
        )}
      </div>
    ),
  },
  {
    key: "heldOut",
    title: "Held out",
    hint: "Newest accuracy on questions that the run never trains on",
    width: "68px",
    align: "right",
    sortable: true,
    cell: (run) => formatPercent(run.heldOut),
  },
  metric("kl", "KL", "Distance from the reference policy, per token"),
  metric("completions/mean_length", "Length", "Mean tokens per completion"),
  metric("frac_reward_zero_std", "Dead", "Share of groups in which no reward differs", true),
  metric("accuracy/ordered", "Ordered", "Share of right answers on ordered frames, of the newest update", true),
  metric("accuracy/shuffled", "Shuffled", "Share of right answers on shuffled frames, of the newest update", true),
  metric("entropy", "Entropy", describeMetric("entropy").explanation),
  metric("loss", "Loss", describeMetric("loss").explanation),
  metric("grad_norm", "Gradient", describeMetric("grad_norm").explanation),
  metric("tokens_per_second", "Tokens/s", describeMetric("tokens_per_second").explanation),
  {
    key: "eta",
    title: "Time left",
    width: "78px",
    align: "right",
    sortable: true,
    cell: (run) => (run.alive ? formatDuration(run.etaSec) : "–"),
  },
  {
    key: "created",
    title: "Started",
    width: "78px",
    align: "right",
    sortable: true,
    cell: (run) => <span className={styles["ago"]}>{formatAgo(run.createdAt, Date.now())}</span>,
  },
];

export const DEFAULT_COLUMNS: readonly string[] = [
  "step",
  "metric:reward",
  "heldOut",
  "metric:kl",
  "metric:completions/mean_length",
  "metric:frac_reward_zero_std",
  "created",
];
