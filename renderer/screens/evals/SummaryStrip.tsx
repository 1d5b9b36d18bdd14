import { useState } from "react";
import type { Protocol, ViewSummary } from "../../../contract/evaluation.ts";
import { protocolFacts } from "../../../science/evaluation/protocol.ts";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatNumber, formatPercent } from "../../parts/format.ts";
import styles from "./SummaryStrip.module.css";

/** Metrics that are no shares: shown as they are. */
const PLAIN = new Set(["mae", "rmse", "wer"]);

/** Main number, the other metrics, one breakdown, and the whole protocol. */
export function SummaryStrip({
  measured,
  mainMetric,
  protocol,
  imported,
}: {
  readonly measured: ViewSummary;
  readonly mainMetric: string;
  readonly protocol: Protocol;
  /** From a file that holds neither tokens nor how they ended. */
  readonly imported: boolean;
}) {
  const groups = Object.keys(measured.breakdowns);
  const [group, setGroup] = useState(groups.includes("type") ? "type" : (groups[0] ?? ""));
  const main = measured.metrics[mainMetric];
  const shown = (name: string, value: number): string => (PLAIN.has(name) ? formatNumber(value) : formatPercent(value));
  const others = Object.entries(measured.metrics).filter(([name]) => name !== mainMetric && name !== "score");
  const breakdown = Object.entries(measured.breakdowns[group] ?? {});
  return (
    <section className={styles["strip"]} aria-label="Summary">
      <div className={styles["main"]}>
        <span>{mainMetric}</span>
        <strong>{main ? shown(mainMetric, main.value) : "–"}</strong>
        {main && (
          <span>
            95 % interval {shown(mainMetric, main.interval[0])} – {shown(mainMetric, main.interval[1])} · n {main.n}
          </span>
        )}
        {measured.errors > 0 && <span className={styles["warn"]}>{measured.errors} items could not be asked</span>}
        <dl className={styles["facts"]}>
          <dt>format</dt>
          <dd>{formatPercent(measured.formatRate)}</dd>
          {!imported && (
            <>
              <dt>tokens</dt>
              <dd>{formatNumber(measured.meanTokens)}</dd>
              <dt>cut off</dt>
              <dd>{formatPercent(measured.truncatedRate)}</dd>
            </>
          )}
          <dt title="Reasoning ends on the answer given, where it ends on one at all">consistent</dt>
          <dd>
            {measured.consistency === null
              ? "–"
              : `${formatPercent(measured.consistency.rate)} of ${measured.consistency.n}`}
          </dd>
        </dl>
      </div>
      <div className={styles["bars"]}>
        <div className={styles["tabs"]}>
          {groups.length > 1 ? (
            <Segmented
              label="Breakdown"
              value={group}
              onChange={setGroup}
              choices={groups.map((name) => ({ value: name, label: name }))}
            />
          ) : (
            <span>by {group}</span>
          )}
        </div>
        <ul>
          {breakdown.map(([name, { n, value, interval }]) => (
            <li key={name} title={`${formatPercent(interval[0])} – ${formatPercent(interval[1])}, n ${n}`}>
              <span>{name}</span>
              <i>
                <b style={{ width: `${100 * Math.min(1, Math.max(0, value))}%` }} />
                <em
                  style={{
                    left: `${100 * Math.max(0, interval[0])}%`,
                    width: `${100 * Math.max(0, Math.min(1, interval[1]) - Math.max(0, interval[0]))}%`,
                  }}
                />
              </i>
              <output>{formatPercent(value)}</output>
              <small>{n}</small>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles["side"]}>
        {others.length > 0 && (
          <dl className={styles["facts"]}>
            {others.map(([name, { value, n }]) => [
              <dt key={`${name}t`}>{name}</dt>,
              <dd key={name} title={`n ${n}`}>
                {shown(name, value)}
              </dd>,
            ])}
          </dl>
        )}
        <details>
          <summary>Protocol {protocol.preset}</summary>
          <dl className={styles["facts"]}>
            {protocolFacts(protocol).map(([name, value]) => [
              <dt key={`${name}t`}>{name}</dt>,
              <dd key={name}>{value}</dd>,
            ])}
          </dl>
        </details>
      </div>
    </section>
  );
}
