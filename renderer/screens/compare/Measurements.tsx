import type { MeasuredPolicy, PairedDifference, RunDetail } from "../../../contract/methods.ts";
import { evaluationLabel } from "../../explain.ts";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { formatCount, formatPercent, formatSigned } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import { runColor } from "./run-colors.ts";
import { IntervalBar } from "./IntervalBar.tsx";
import styles from "./Tables.module.css";

const SPLITS: Readonly<Record<string, string>> = { heldout: "Held out", validation: "Validation" };

/** The newest measurement of each run and split. */
function newest(policies: readonly MeasuredPolicy[], run: string, split: string): MeasuredPolicy | undefined {
  return policies.findLast((policy) => policy.run === run && policy.split === split);
}

/** Accuracies with their intervals, and the difference to the first run on the same items. */
export function Measurements({ runs }: { readonly runs: readonly RunDetail[] }) {
  const { data, error } = useService("compare.evaluations", { runs: runs.map(({ id }) => id) });
  const splits = Object.keys(SPLITS).filter((split) => data?.policies.some((policy) => policy.split === split));
  const reach = Math.max(
    0.02,
    ...(data?.differences ?? []).flatMap(({ interval }) => interval.map((end) => Math.abs(end))),
  );
  return (
    <Card
      title="Measurements"
      explanation="The newest policy of each run. Differences are paired: the same items, answered by both, with a 95 % bootstrap interval over items. An interval that does not cross zero is a difference."
    >
      {error && !data ? (
        <ErrorNote error={error} />
      ) : !data ? (
        <Skeleton height={120} />
      ) : splits.length === 0 ? (
        <p className={styles["note"]}>None of these runs has been measured yet.</p>
      ) : (
        <div className={styles["scroll"]}>
          <table className={styles["table"]} data-table="measurements">
            <thead>
              <tr>
                <th scope="col">Items</th>
                <th scope="col">Run</th>
                <th scope="col">Policy</th>
                <th scope="col">Accuracy, 95 %</th>
                <th scope="col">Shuffled</th>
                <th scope="col">Format</th>
                <th scope="col">Against the baseline</th>
                <th scope="col">Won · lost</th>
              </tr>
            </thead>
            <tbody>
              {splits.flatMap((split) =>
                runs.map((run, place) => (
                  <Row
                    key={`${split} ${run.id}`}
                    title={place === 0 ? SPLITS[split]! : ""}
                    run={run}
                    place={place}
                    policy={newest(data.policies, run.id, split)}
                    paired={data.differences.find((row) => row.run === run.id && row.split === split)}
                    reach={reach}
                  />
                )),
              )}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Row({
  title,
  run,
  place,
  policy,
  paired,
  reach,
}: {
  readonly title: string;
  readonly run: RunDetail;
  readonly place: number;
  readonly policy: MeasuredPolicy | undefined;
  readonly paired: PairedDifference | undefined;
  readonly reach: number;
}) {
  return (
    <tr>
      <th scope="row" data-plain="true">
        {title}
      </th>
      <td title={run.name}>
        <i
          style={{
            display: "inline-block",
            width: 8,
            height: 8,
            marginRight: 6,
            borderRadius: "50%",
            background: runColor(place),
          }}
        />
        {run.name}
      </td>
      <td>{policy ? `${evaluationLabel(policy.label)} · step ${formatCount(policy.step)}` : "not measured"}</td>
      <td>
        {policy && (
          <>
            {formatPercent(policy.accuracy)}{" "}
            <span className={styles["absent"]}>
              {formatPercent(policy.interval[0], 0).replace(" %", "")} – {formatPercent(policy.interval[1], 0)} · n{" "}
              {policy.n}
            </span>
          </>
        )}
      </td>
      <td>{formatPercent(policy?.accuracyShuffled)}</td>
      <td>{formatPercent(policy?.formatRate, 0)}</td>
      <td>
        {place === 0 ? (
          <span className={styles["absent"]}>baseline</span>
        ) : paired ? (
          <IntervalBar value={paired.difference} interval={paired.interval} reach={reach}>
            {formatSigned(paired.difference * 100)} points
          </IntervalBar>
        ) : (
          <span className={styles["absent"]}>no shared items</span>
        )}
      </td>
      <td>
        {paired && (
          <>
            <span title={`Of ${paired.n} items that both answered`}>
              {paired.won} · {paired.lost}
            </span>
          </>
        )}
      </td>
    </tr>
  );
}
