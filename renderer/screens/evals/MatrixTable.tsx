import type { JournalledScore, PublishedScore } from "../../../contract/methods.ts";
import { protocolFacts } from "../../../science/evaluation/protocol.ts";
import { Tip } from "../../parts/Tip.tsx";
import { formatPercent } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { journalledTwin, type Matrix, type MatrixCell, type MatrixColumn } from "./matrix.ts";
import styles from "./MatrixTable.module.css";

/** Scores with interval and n; published numbers below them, greyed, each with its source. */
export function MatrixTable({
  matrix,
  journalled,
}: {
  readonly matrix: Matrix;
  readonly journalled: readonly JournalledScore[];
}) {
  const { columns, rows, ghosts } = matrix;
  return (
    <div className={styles["scroll"]} tabIndex={0} role="region" aria-label="Scores by model and benchmark">
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {columns.map((column) => (
              <ColumnHead key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row" title={row.directory}>
                <strong>{row.label}</strong>
                <span>{row.directory === "" ? "outputs imported" : `weights ${row.key.slice(0, 10)}`}</span>
              </th>
              {columns.map((column) => (
                <ScoreCell key={column.key} cell={row.cells.get(column.key)} />
              ))}
            </tr>
          ))}
        </tbody>
        {ghosts.length > 0 && (
          <tbody className={styles["ghosts"]}>
            <tr>
              <th scope="rowgroup" colSpan={columns.length + 1}>
                Published, under protocols of their own: point at a number for its source
              </th>
            </tr>
            {ghosts.map((ghost) => (
              <tr key={ghost.key}>
                <th scope="row">{ghost.model}</th>
                {columns.map((column) => (
                  <td key={column.key}>
                    {(ghost.scores.get(column.benchmark) ?? []).map((score) => (
                      <GhostScore key={`${score.frames}-${score.metric}`} score={score} />
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        )}
      </table>
      <Journalled journalled={journalled} matrix={matrix} />
    </div>
  );
}

function ColumnHead({ column }: { readonly column: MatrixColumn }) {
  const { title, protocol, limit, mainMetric } = column;
  if (protocol === null) return <th scope="col">{title}</th>;
  const facts = protocolFacts(protocol)
    .map(([name, value]) => `${name}: ${value}`)
    .join(" · ");
  const sampling = protocol.temperature === 0 ? "greedy" : `T ${protocol.temperature}`;
  return (
    <th scope="col">
      <span className={styles["title"]}>{title}</span>
      <Tip text={`${mainMetric}. ${facts}`}>
        <button type="button" className={styles["protocol"]}>
          {protocol.preset} · {protocol.vision.maxFrames} frames · {sampling}
          {limit === null ? "" : ` · part of ${limit}`}
        </button>
      </Tip>
    </th>
  );
}

function ScoreCell({ cell }: { readonly cell: MatrixCell | undefined }) {
  if (cell === undefined) return <td className={styles["none"]}>–</td>;
  const { main, ordered, shuffled, evaluation, model } = cell;
  const shuffledMain = shuffled?.metrics["score"];
  return (
    <td>
      <a
        className={styles["score"]}
        href={formatRoute({ screen: "evals", evaluation, model, view: "ordered", sample: null, against: null })}
      >
        <strong>{formatPercent(main.value)}</strong>
        <span>
          {formatPercent(main.interval[0])} – {formatPercent(main.interval[1])}
        </span>
        <span>
          n {main.n}
          {ordered.errors > 0 && <em> · {ordered.errors} not asked</em>}
          {shuffledMain && <> · shuffled {formatPercent(shuffledMain.value)}</>}
        </span>
      </a>
    </td>
  );
}

function GhostScore({ score }: { readonly score: PublishedScore }) {
  const { metric, value, frames, protocol, source } = score;
  return (
    <Tip text={`${source}. ${metric}; ${protocol}`}>
      <button type="button" className={styles["ghost"]}>
        {value.toFixed(1)} %<span>{frames === null ? "" : `${frames} f`}</span>
      </button>
    </Tip>
  );
}

/** What runs journalled on their held-out questions, beside what was measured here of the same checkpoints. */
function Journalled({
  journalled,
  matrix,
}: {
  readonly journalled: readonly JournalledScore[];
  readonly matrix: Matrix;
}) {
  const column = matrix.columns.find(
    ({ benchmark, limit, protocol }) => benchmark === "sample-pack-heldout" && limit === null && protocol !== null,
  );
  const twins = matrix.rows.flatMap((row) => {
    const cell = column && row.cells.get(column.key);
    const run = /runs\/([^/]+)\/checkpoints/.exec(row.directory)?.[1] ?? null;
    const twin = journalledTwin(journalled, run, row.step);
    return cell && twin && twin.n === cell.main.n ? [{ row, cell, twin }] : [];
  });
  if (twins.length === 0) return null;
  return (
    <ul className={styles["twins"]} aria-label="Measured here and while training">
      {twins.map(({ row, cell, twin }) => (
        <li key={row.key} data-same={cell.main.value === twin.accuracy}>
          {row.label}: {formatPercent(twin.accuracy)} journalled while training on the same {twin.n} questions,{" "}
          {cell.main.value === twin.accuracy ? "the same to the last digit" : `${formatPercent(cell.main.value)} here`}
        </li>
      ))}
    </ul>
  );
}
