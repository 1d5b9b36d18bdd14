import type { Gate } from "../../contract/journal.ts";
import { formatNumber, formatPercent } from "./format.ts";
import { Readout } from "./Readout.tsx";
import styles from "./GateReadout.module.css";

/** T-GRPO's gate in words for somebody who has not met it. */
function explain({ mu, alpha, apply, rule }: Gate): string {
  const measure = rule === "mean" ? "mean accuracy" : "share of right answers";
  const bonus = `${formatNumber(alpha, 2)} more ${apply === "advantage" ? "advantage" : "reward"}`;
  return (
    `The question is answered twice over: by one group with the frames in order, by another with the same frames shuffled. ` +
    `If the ordered group's ${measure} (p) is at least ${formatNumber(mu, 2)} times the shuffled one's (p̃), its right answers earn ${bonus}: ` +
    `the model is paid for using the order of events.`
  );
}

/** Who earned the bonus, by their numbers in the column of answers. */
function bonusOf(gate: Gate): string {
  if (!gate.passed) return "nobody";
  if (gate.eligible.length === 0) return "nobody was right";
  const kind = gate.apply === "advantage" ? "advantage " : "";
  return `+${formatNumber(gate.alpha, 2)} ${kind}to ${gate.eligible.map((index) => `#${index + 1}`).join(" ")}`;
}

/** T-GRPO's gate as a sentence with its numbers: did order help, and who earned the bonus. */
export function GateReadout({ gate }: { readonly gate: Gate }) {
  const threshold = gate.mu * gate.pShuffled;
  return (
    <Readout
      label="Temporal gate"
      icon={gate.passed ? "check" : "cross"}
      verdict={gate.passed ? "Gate passed" : "Gate failed"}
      tone={gate.passed ? "good" : undefined}
      explanation={explain(gate)}
      picture={
        <span
          className={styles["scale"]}
          title={`From 0 to 100 %: in order ${formatPercent(gate.p, 0)}, needed ${formatPercent(threshold, 0)}`}
          aria-hidden="true"
        >
          <i data-kind="shuffled" style={{ left: `${Math.min(1, threshold) * 100}%` }} />
          <i data-kind="ordered" style={{ left: `${gate.p * 100}%` }} />
        </span>
      }
      facts={[
        {
          name: "p ordered",
          hint:
            gate.rule === "mean" ? "Mean accuracy of the ordered group" : "Share of right answers in the ordered group",
          value: formatPercent(gate.p, 0),
          tone: "ordered",
        },
        {
          name: "p̃ shuffled",
          hint: "The same of the shuffled group",
          value: formatPercent(gate.pShuffled, 0),
          tone: "shuffled",
        },
        {
          name: `needed: μ·p̃, μ = ${formatNumber(gate.mu, 2)}`,
          hint: "The ordered group must reach μ times what the shuffled one reached",
          value: formatPercent(threshold, 0),
        },
        { name: "bonus", hint: "Right answers of the ordered group, where the gate passed", value: bonusOf(gate) },
      ]}
    />
  );
}
