import { useMemo, useState } from "react";
import { LOG_KINDS, type LogEntry, type LogKind } from "../../../contract/methods/watch.ts";
import type { RunDetail } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { matchesQuery } from "../../parts/Palette.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatCount } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import styles from "./Log.module.css";

const LABELS: Readonly<Record<LogKind, string>> = {
  worker: "worker",
  phase: "phase",
  notice: "notice",
  data_error: "data",
  control: "command",
  checkpoint: "checkpoint",
  evaluation: "measured",
  run: "run",
};
const clock = (time: number) =>
  new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** Lines that are drawn; the filter reaches those before. */
const DRAWN = 400;

/** Everything the run said, newest first: its journal in words and the worker's own lines. */
export function Log({ run }: { readonly run: RunDetail }) {
  const { data, error } = useService("logs.get", { run: run.id });
  const [query, setQuery] = useState("");
  const [level, setLevel] = useState<"all" | "problems">("all");
  const [hidden, setHidden] = useState<readonly LogKind[]>([]);
  const found = useMemo(
    () =>
      [...(data ?? [])]
        .reverse()
        .filter(
          (entry) =>
            !hidden.includes(entry.kind) &&
            (level === "all" || entry.level !== "info") &&
            matchesQuery(`${entry.text} step ${entry.step ?? ""}`, query),
        ),
    [data, hidden, level, query],
  );
  const toggle = (kind: LogKind) =>
    setHidden((kinds) => (kinds.includes(kind) ? kinds.filter((other) => other !== kind) : [...kinds, kind]));
  return (
    <Card
      title="Log"
      explanation="From the journal and the end of worker.log."
      aside={
        <>
          <Segmented
            label="Level"
            value={level}
            onChange={setLevel}
            choices={[
              { value: "all", label: "All" },
              { value: "problems", label: "Problems" },
            ]}
          />
          <input
            className={styles["search"]}
            aria-label="Search the log"
            placeholder="Search the log"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </>
      }
    >
      <div className={styles["kinds"]} role="group" aria-label="Kinds of lines">
        {LOG_KINDS.map((kind) => (
          <button key={kind} type="button" aria-pressed={!hidden.includes(kind)} onClick={() => toggle(kind)}>
            {LABELS[kind]}
          </button>
        ))}
      </div>
      {error && <ErrorNote error={error} />}
      {!data && !error && <Skeleton height={160} />}
      {data && found.length === 0 && (
        <EmptyState
          compact
          icon="search"
          title={data.length === 0 ? "The run has said nothing so far." : "No line is like that."}
        />
      )}
      <ol className={styles["lines"]}>
        {found.slice(0, DRAWN).map((entry, index) => (
          <Line key={`${entry.time}-${entry.kind}-${index}`} entry={entry} />
        ))}
      </ol>
      {found.length > DRAWN && (
        <p className={styles["more"]}>
          {formatCount(found.length - DRAWN)} older lines: narrow the search to see them.
        </p>
      )}
    </Card>
  );
}

function Line({ entry }: { readonly entry: LogEntry }) {
  return (
    <li data-level={entry.level}>
      <time dateTime={new Date(entry.time).toISOString()} title={new Date(entry.time).toLocaleString("en-GB")}>
        {clock(entry.time)}
      </time>
      <span className={styles["kind"]}>{LABELS[entry.kind]}</span>
      <span className={styles["step"]}>{entry.step === null ? "" : formatCount(entry.step)}</span>
      <span className={styles["text"]}>{entry.text.trim()}</span>
    </li>
  );
}
