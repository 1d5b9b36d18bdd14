import type { EvaluationComparison, EvaluationsOverview } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Page } from "../../parts/Page.tsx";
import { formatPercent } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import type { EvalsSide } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import styles from "./ComparePage.module.css";

/** Two measurements on the same questions: first what differs between their protocols, then the numbers. */
export function ComparePage({
  left,
  right,
}: {
  readonly left: EvalsSide;
  readonly right: EvalsSide;
  readonly overview: EvaluationsOverview;
}) {
  const { data, error } = useService("evaluations.compare", { left: { ...left }, right: { ...right } });
  const crumbs = [
    {
      label: "Evals",
      href: formatRoute({ screen: "evals", evaluation: null, model: 0, view: "ordered", sample: null, against: null }),
    },
  ];
  return (
    <Page
      crumbs={crumbs}
      title="Paired comparison"
      actions={
        <Button
          icon="compare"
          onClick={() => navigate({ screen: "evals", ...left, sample: null, against: right }, "replace")}
        >
          Swap sides
        </Button>
      }
    >
      {error && !data ? <ErrorNote error={error} /> : !data ? <Skeleton height={280} /> : <Compared compared={data} />}
    </Page>
  );
}

function Compared({ compared }: { readonly compared: EvaluationComparison }) {
  const { left, right, differences, leftScore, rightScore, n, benchmark } = compared;
  const range = (interval: readonly [number, number]): string =>
    `${formatPercent(interval[0])} – ${formatPercent(interval[1])}`;
  return (
    <div className={styles["stack"]}>
      <Card
        title="Protocols"
        explanation="Two scores mean the same only where they were measured alike: this comes before any number."
      >
        {differences.length === 0 ? (
          <p className={styles["alike"]}>Both were measured by the same protocol.</p>
        ) : (
          <table className={styles["differences"]}>
            <thead>
              <tr>
                <th scope="col">differs</th>
                <th scope="col">{left.label}</th>
                <th scope="col">{right.label}</th>
                <th scope="col">what that does</th>
              </tr>
            </thead>
            <tbody>
              {differences.map((difference) => (
                <tr key={difference.name}>
                  <th scope="row">{difference.name}</th>
                  <td>{difference.left}</td>
                  <td>{difference.right}</td>
                  <td>{difference.effect}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
      <Card title={`${benchmark}: ${n} questions that both answered`}>
        <p className={styles["statement"]}>{compared.statement}</p>
        <div className={styles["numbers"]}>
          <Number
            label={`${left.label} · ${left.view}`}
            value={formatPercent(leftScore.value)}
            note={range(leftScore.interval)}
          />
          <Number
            label={`${right.label} · ${right.view}`}
            value={formatPercent(rightScore.value)}
            note={range(rightScore.interval)}
          />
          <Number
            label="difference"
            value={`${compared.difference >= 0 ? "+" : "−"}${(100 * Math.abs(compared.difference)).toFixed(1)} points`}
            note={`${(100 * compared.interval[0]).toFixed(1)} to ${(100 * compared.interval[1]).toFixed(1)} points, paired bootstrap`}
          />
          <Number
            label={compared.test}
            value={`p ${compared.p < 0.0001 ? "< 0.0001" : compared.p.toFixed(4)}`}
            note="two-sided"
          />
        </div>
      </Card>
      <div className={styles["flips"]}>
        <Flips title={`Gained by ${right.label}`} kind="gained" flips={compared.gained} side={right} />
        <Flips title={`Lost by ${right.label}`} kind="lost" flips={compared.lost} side={right} />
      </div>
    </div>
  );
}

function Number({ label, value, note }: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div>
      <span>{label}</span>
      <strong>{value}</strong>
      <small>{note}</small>
    </div>
  );
}

function Flips({
  title,
  kind,
  flips,
  side,
}: {
  readonly title: string;
  readonly kind: "gained" | "lost";
  readonly flips: EvaluationComparison["gained"];
  readonly side: EvaluationComparison["right"];
}) {
  const byType = [...new Set(flips.map(({ type }) => type))].sort();
  return (
    <Card title={`${title}: ${flips.length}`}>
      {flips.length === 0 ? (
        <p className={styles["alike"]}>None.</p>
      ) : (
        <ul className={styles["list"]} data-kind={kind}>
          {byType.map((type) => (
            <li key={type}>
              <span>
                {type || "without a type"} ({flips.filter((flip) => flip.type === type).length})
              </span>
              <div>
                {flips
                  .filter((flip) => flip.type === type)
                  .slice(0, 24)
                  .map(({ sampleId }) => (
                    <a
                      key={sampleId}
                      href={formatRoute({
                        screen: "evals",
                        evaluation: side.evaluation,
                        model: side.model,
                        view: side.view as EvalsSide["view"],
                        sample: sampleId,
                        against: null,
                      })}
                    >
                      {sampleId}
                    </a>
                  ))}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
