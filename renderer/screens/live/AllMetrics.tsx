import { useMemo, useState } from "react";
import type { RunDetail } from "../../../contract/methods.ts";
import { describeMetric } from "../../metrics.ts";
import { PanelView } from "../../panels/PanelView.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { matchesQuery } from "../../parts/Palette.tsx";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { useChartMarks } from "./chart-marks.ts";
import styles from "./AllMetrics.module.css";

/** Metrics by the part of their name before the slash; those without one are "train". */
export function metricSections(names: readonly string[]): [string, string[]][] {
  const sections = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const section = name.includes("/") ? name.slice(0, name.indexOf("/")) : "train";
    sections.set(section, [...(sections.get(section) ?? []), name]);
  }
  return [...sections].sort(([a], [b]) => (a === "train" ? -1 : b === "train" ? 1 : a < b ? -1 : 1));
}

const NO_EVALUATIONS: readonly never[] = [];

/** Every metric of the journal as a curve of its own, in sections, with a filter. */
export function AllMetrics({ run }: { readonly run: RunDetail }) {
  const [query, setQuery] = useState("");
  const evaluations = useService("evaluations.list", { run: run.id }).data ?? NO_EVALUATIONS;
  const marks = useChartMarks(run, evaluations);
  const sections = useMemo(
    () =>
      metricSections(run.metricNames.filter((name) => matchesQuery(`${name} ${describeMetric(name).label}`, query))),
    [run.metricNames, query],
  );
  const pick = (step: number) => navigate({ screen: "rollouts", run: run.id, step, pair: null, rollout: null });
  return (
    <div className={styles["metrics"]}>
      <input
        className={styles["filter"]}
        placeholder="Filter metrics"
        aria-label="Filter metrics"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {sections.length === 0 && (
        <EmptyState
          icon="live"
          title={query ? `No metric matches “${query}”.` : "Metrics appear with the first step."}
        />
      )}
      {sections.map(([section, names]) => (
        <details key={section} open>
          <summary>
            {section} <span>{names.length}</span>
          </summary>
          <div className={styles["grid"]}>
            {names.map((name) => (
              <PanelView
                key={name}
                run={run.id}
                panel={{ kind: "curve", title: name, metrics: [name], explanation: describeMetric(name).explanation }}
                metricNames={run.metricNames}
                marks={marks}
                evaluations={NO_EVALUATIONS}
                onPick={pick}
              />
            ))}
          </div>
        </details>
      ))}
    </div>
  );
}
