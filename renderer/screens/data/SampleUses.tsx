import type { SampleUse } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { formatNumber, formatPercent } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import styles from "./SampleUses.module.css";

/** Every time a run met the row; a line of rollouts leads to them. */
export function SampleUses({ uses }: { readonly uses: readonly SampleUse[] }) {
  return (
    <Card
      title="Runs that met this row"
      explanation="Runs of this data folder that were launched with the dataset's file"
    >
      {uses.length === 0 ? (
        <EmptyState compact icon="rollouts" title="No run has met it yet." />
      ) : (
        <table className={styles["uses"]}>
          <thead>
            <tr>
              <th>Run</th>
              <th data-align="right">Step</th>
              <th>What</th>
              <th data-align="right">Rollouts</th>
              <th data-align="right">Correct</th>
              <th data-align="right">Reward</th>
            </tr>
          </thead>
          <tbody>
            {uses.map((use, index) => (
              <tr key={index}>
                <td>
                  <a href={addressOf(use)} title={use.runName}>
                    {use.runName}
                  </a>
                </td>
                <td data-align="right">{use.step}</td>
                <td>{use.kind === "rollouts" ? `rollouts, ${use.label}` : `evaluation: ${use.label}`}</td>
                <td data-align="right">{use.rollouts}</td>
                <td data-align="right">{formatPercent(use.accuracy, 0)}</td>
                <td data-align="right">{formatNumber(use.rewardMean)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function addressOf({ run, step, pair, kind }: SampleUse): string {
  if (kind === "evaluation") return formatRoute({ screen: "live", run, tab: "overview" });
  return formatRoute({ screen: "rollouts", run, step, pair, rollout: null });
}
