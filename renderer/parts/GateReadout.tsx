import type { Gate } from "../../contract/journal.ts";
import { Icon } from "./Icon.tsx";
import { formatNumber, formatPercent } from "./format.ts";
import styles from "./GateReadout.module.css";

/** T-GRPO's gate as a sentence with its numbers: did order help, and who earned the bonus. */
export function GateReadout({ gate }: { readonly gate: Gate }) {
  const threshold = gate.mu * gate.pShuffled;
  return (
    <div className={styles["gate"]} data-passed={gate.passed}>
      <span className={styles["verdict"]}>
        <Icon name={gate.passed ? "check" : "cross"} size={14} />
        {gate.passed ? "Gate passed" : "Gate failed"}
      </span>
      <span className={styles["scale"]} aria-hidden="true">
        <i data-kind="shuffled" style={{ left: `${threshold * 100}%` }} />
        <i data-kind="ordered" style={{ left: `${gate.p * 100}%` }} />
      </span>
      <dl>
        <div
          title={
            gate.rule === "mean" ? "Mean accuracy of the ordered group" : "Share of right answers in the ordered group"
          }
        >
          <dt>p ordered</dt>
          <dd data-kind="ordered">{formatPercent(gate.p, 0)}</dd>
        </div>
        <div title="The same of the shuffled group">
          <dt>p̃ shuffled</dt>
          <dd data-kind="shuffled">{formatPercent(gate.pShuffled, 0)}</dd>
        </div>
        <div title="The ordered group must reach μ times what the shuffled one reached">
          <dt>needed: μ·p̃, μ = {formatNumber(gate.mu, 2)}</dt>
          <dd>{formatPercent(threshold, 0)}</dd>
        </div>
        <div>
          <dt>bonus</dt>
          <dd>
            {gate.passed && gate.eligible.length > 0
              ? `+${formatNumber(gate.alpha, 2)} ${gate.apply === "advantage" ? "advantage " : ""}to ${gate.eligible.map((index) => `#${index + 1}`).join(" ")}`
              : gate.passed
                ? "nobody was right"
                : "nobody"}
          </dd>
        </div>
      </dl>
    </div>
  );
}
