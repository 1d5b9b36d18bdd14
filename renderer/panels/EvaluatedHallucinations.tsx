import { useState } from "react";
import type { EvaluatedItemRow } from "../../contract/methods.ts";
import { categoryOf } from "../../science/videohallu/taxonomy.ts";
import { Card } from "../parts/Card.tsx";
import { formatCount, formatPercent } from "../parts/format.ts";
import { useVisible } from "../parts/useVisible.ts";
import { useService } from "../state/queries.ts";
import { thoughtOf } from "./claims-of.ts";
import type { EvaluationPanelProps } from "./EvaluationPanelView.tsx";
import styles from "./HallucinationsPanel.module.css";
import { ViolationFrames } from "./ViolationFrames.tsx";

const MOST_PROBES = 48;

/** The board over an evaluation: wrong answers by the law that the clip breaks, beside the frames that contradict them. */
export function EvaluatedHallucinations({ panel, rows, ...place }: EvaluationPanelProps) {
  const [law, setLaw] = useState<string | null>(null);
  const probes = rows.filter((row) => row.law !== null);
  const laws = [...new Set(probes.map((row) => row.law!))].sort();
  // Wrong ones first: they are what the board is for.
  const shown = probes
    .filter((row) => law === null || row.law === law)
    .sort((a, b) => (a.score ?? 2) - (b.score ?? 2) || a.position - b.position)
    .slice(0, MOST_PROBES);
  return (
    <div data-panel={panel.title}>
      <Card title={panel.title} explanation={panel.explanation}>
        <div className={styles["board"]}>
          <table className={styles["laws"]}>
            <caption>Wrong answers by the law that is broken</caption>
            <thead>
              <tr>
                <th scope="col">Law</th>
                <th scope="col">Answers</th>
                <th scope="col">Wrong</th>
              </tr>
            </thead>
            <tbody>
              {laws.map((name) => {
                const own = probes.filter((row) => row.law === name && row.score !== null);
                const wrong = own.filter(({ score }) => score! < 1).length / Math.max(1, own.length);
                const type = probes.find((row) => row.law === name)!.type;
                return (
                  <tr key={name} aria-selected={law === name}>
                    <th scope="row">
                      <button
                        type="button"
                        aria-pressed={law === name}
                        onClick={() => setLaw(law === name ? null : name)}
                        title={law === name ? "Show all laws" : "Show only this law"}
                      >
                        {name}
                      </button>
                      <span>
                        {type} {categoryOf(type)?.title}
                      </span>
                    </th>
                    <td>{formatCount(own.length)}</td>
                    <td>
                      {own.length === 0 ? "–" : formatPercent(wrong, 0)}
                      <span className={styles["bar"]} aria-hidden="true">
                        <i style={{ width: `${(wrong * 100).toFixed(0)}%` }} />
                      </span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          <ol className={styles["probes"]} aria-label="Probes, wrong answers first">
            {shown.map((row) => (
              <li key={row.sampleId}>
                <Probe row={row} {...place} />
              </li>
            ))}
          </ol>
        </div>
      </Card>
    </div>
  );
}

function Probe({
  row,
  evaluation,
  model,
  view,
  onOpen,
}: { readonly row: EvaluatedItemRow } & Omit<EvaluationPanelProps, "panel" | "rows">) {
  const [ref, visible] = useVisible<HTMLElement>();
  const { data } = useService("evaluations.item", visible ? { evaluation, model, view, sampleId: row.sampleId } : null);
  const media = data?.item.media;
  const violation = data?.item.violation;
  return (
    <article ref={ref} className={styles["probe"]}>
      <header>
        <button type="button" onClick={() => onOpen(row.sampleId)} title="Open this item">
          {row.question}
        </button>
        <span>{violation ? `${violation.says.replace(/\.$/, "")}, but not here` : row.law}</span>
      </header>
      {media && violation && (
        <ViolationFrames urls={data.frameUrls} frames={media.frames} violation={violation} byTime />
      )}
      <ul className={styles["claims"]} aria-label={`Answer; right is ${row.answer}`}>
        <li data-right={row.score === 1}>
          <button type="button" onClick={() => onOpen(row.sampleId)}>
            {row.score === null ? "not asked" : row.prediction.trim() || "no answer"}
          </button>
        </li>
        <li className={styles["truth"]}>right: {row.answer}</li>
      </ul>
      {data && row.score !== null && row.score < 1 && (
        <p className={styles["thought"]} title={data.item.text}>
          {thoughtOf(data.item.text)}
        </p>
      )}
    </article>
  );
}
