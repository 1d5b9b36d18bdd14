import { useEffect, useState } from "react";
import type { RunLine, RunSummary } from "../../../contract/methods.ts";
import { describeMetric, unitOf } from "../../metrics.ts";
import type { Column } from "../../parts/DataTable.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { RunProgress } from "../../parts/RunProgress.tsx";
import { Sparkline } from "../../parts/Sparkline.tsx";
import { StatusDot } from "../../parts/StatusDot.tsx";
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatValue,
} from "../../parts/format.ts";
import { GroupName, GroupStates, SpreadCell } from "./GroupCells.tsx";
import styles from "./columns.module.css";

type RunColumn = Column<RunLine>;

/** Always there. */
export const FIXED_COLUMNS: readonly RunColumn[] = [
  {
    key: "state",
    title: "State",
    width: "84px",
    sortable: true,
    cell: (line) => (line.kind === "run" ? <StatusDot state={line.run.state} /> : <GroupStates group={line.group} />),
  },
  {
    key: "name",
    title: "Run",
    width: "minmax(200px, 2fr)",
    sortable: true,
    cell: (line) =>
      line.kind === "run" ? (
        <RunName run={line.run} inset={line.inGroup} />
      ) : (
        <GroupName group={line.group} open={line.open} />
      ),
  },
];

function RunName({ run, inset }: { readonly run: RunSummary; readonly inset: boolean }) {
  return (
    <div className={styles["name"]} data-inset={inset}>
      <strong title={run.name}>
        {run.alerts.length > 0 && (
          <span
            className={styles["alert"]}
            data-level={run.alerts.some(({ level }) => level === "error") ? "error" : "warning"}
            title={run.alerts.map(({ title }) => title).join(", ")}
          >
            <Icon name="warning" size={12} /> {run.alerts.length}
          </span>
        )}
        {run.name}
      </strong>
      <span title={run.note || undefined}>
        {run.recipe} · {run.preset} · seed {run.seed}
        {run.tags.map((tag) => (
          <em key={tag}>{tag}</em>
        ))}
      </span>
    </div>
  );
}

/** A column of numbers: of a run its newest one, of a group the mean with its spread. */
function numbers(
  column: Pick<RunColumn, "key" | "title"> & { readonly hint?: string; readonly width?: string },
  valueOf: (run: RunSummary) => number | null | undefined,
  format: (value: number) => string = (value) => formatNumber(value, 3),
): RunColumn {
  return {
    width: "60px",
    ...column,
    align: "right",
    sortable: true,
    cell: (line) => {
      if (line.kind === "group") {
        return <SpreadCell spread={line.group.values[column.key]} runs={line.group.runs} format={format} />;
      }
      const value = valueOf(line.run);
      return value === null || value === undefined ? <Nothing /> : <span title={String(value)}>{format(value)}</span>;
    },
  };
}

const Nothing = () => <span className={styles["nothing"]}>–</span>;

/** Tells the time anew by itself: rows are drawn again only when something of theirs changes. */
function Ago({ time }: { readonly time: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), AGO_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles["ago"]} title={new Date(time).toLocaleString()}>
      {formatAgo(time, now)}
    </span>
  );
}

const AGO_MS = 20_000;

const percent = (decimals: number) => (value: number) => formatPercent(value, decimals);

function metric(name: string, title: string, hint: string, share = false): RunColumn {
  const format = share ? percent(0) : undefined;
  return numbers({ key: `metric:${name}`, title, hint }, (run) => run.latest[name], format);
}

/** The course of the reward, of the loss before RL starts; it says which, since a curve has no scale of its own. */
const COURSE: RunColumn = {
  key: "course",
  title: "Course",
  hint: "Of the reward; of the loss while there is no reward yet",
  width: "96px",
  cell: (line) => {
    if (line.kind === "group") {
      const [first, ...others] = line.group.curves;
      return first ? <Course curves={[first, ...others]} caption="reward" label="Reward of its runs" /> : <Nothing />;
    }
    const { sparkline, latest, name } = line.run;
    if (sparkline.values.length < 2) return <Nothing />;
    const { metric } = sparkline;
    const caption = metric === "loss" ? `loss ${formatNumber(latest["loss"], 2)}` : metric;
    return <Course curves={[sparkline.values]} caption={caption} label={`Course of the ${metric} of ${name}`} />;
  },
};

function Course({
  curves,
  caption,
  label,
}: {
  readonly curves: readonly (readonly number[])[];
  readonly caption: string;
  readonly label: string;
}) {
  return (
    <div className={styles["course"]}>
      <Sparkline values={curves[0]!} others={curves.slice(1)} label={label} />
      <span>{caption}</span>
    </div>
  );
}

/** Those that have a title and a place of their own. */
export const STANDARD_COLUMNS: readonly RunColumn[] = [
  {
    key: "step",
    title: "Step",
    width: "96px",
    sortable: true,
    cell: (line) =>
      line.kind === "run" ? (
        <RunProgress run={line.run} />
      ) : (
        formatCount(Math.round(line.group.values["step"]?.mean ?? 0))
      ),
  },
  COURSE,
  metric("reward", "Reward", "Mean reward of the newest update. Cold start and SFT have none."),
  metric("loss", "Loss", describeMetric("loss").explanation),
  numbers(
    {
      key: "heldOut",
      title: "Held out",
      hint: "Newest accuracy on questions that the run never trains on",
      width: "68px",
    },
    (run) => run.heldOut,
    percent(1),
  ),
  metric("kl", "KL", "Distance from the reference policy, per token"),
  metric("completions/mean_length", "Length", "Mean tokens per completion"),
  metric("frac_reward_zero_std", "Dead", "Share of groups in which no reward differs", true),
  metric("accuracy/ordered", "Ordered", "Share of right answers on ordered frames, of the newest update", true),
  metric("accuracy/shuffled", "Shuffled", "Share of right answers on shuffled frames, of the newest update", true),
  metric("entropy", "Entropy", describeMetric("entropy").explanation),
  metric("grad_norm", "Gradient", describeMetric("grad_norm").explanation),
  metric("tokens_per_second", "Tokens/s", describeMetric("tokens_per_second").explanation),
  {
    key: "eta",
    title: "Time left",
    width: "78px",
    align: "right",
    sortable: true,
    cell: (line) => (line.kind === "run" && line.run.alive ? formatDuration(line.run.etaSec) : <Nothing />),
  },
  {
    key: "created",
    title: "Started",
    width: "70px",
    align: "right",
    sortable: true,
    cell: (line) => {
      const { createdAt } = line.kind === "run" ? line.run : line.group;
      return <Ago time={createdAt} />;
    },
  },
];

/** The columns of a view: those with a place of their own first, then metrics and settings as they were chosen. */
export function columnsOf(chosen: readonly string[]): RunColumn[] {
  const standard = STANDARD_COLUMNS.filter(({ key }) => chosen.includes(key));
  const others = chosen.filter((key) => !STANDARD_COLUMNS.some((column) => column.key === key));
  return [...standard, ...others.flatMap(otherColumn)];
}

function otherColumn(key: string): RunColumn[] {
  const [kind, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  const title = name.split(/[./]/).slice(-2).join(" ").replaceAll("_", " ");
  const width = `${Math.max(72, Math.min(140, title.length * 7 + 18))}px`;
  if (kind === "metric") {
    const { explanation } = describeMetric(name);
    const unit = unitOf(name);
    const hint = `${name}: ${explanation}`;
    return [
      numbers(
        { key, title, hint, width },
        (run) => run.latest[name],
        (value) => formatValue(value, unit),
      ),
    ];
  }
  if (kind !== "setting") return [];
  const cell = (line: RunLine) => {
    if (line.kind === "group") {
      return (
        <SpreadCell spread={line.group.values[key]} runs={line.group.runs} format={(value) => formatNumber(value)} />
      );
    }
    const value = line.settings[name];
    return value === undefined ? (
      <Nothing />
    ) : (
      <span className={styles["setting"]} title={value}>
        {value}
      </span>
    );
  };
  return [{ key, title, hint: `Setting ${name}`, width, align: "right", sortable: true, cell }];
}
