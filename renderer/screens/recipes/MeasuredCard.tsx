/** What came out when a recipe's claims were checked here, whatever it is. */
import type { ClaimResult, MeasuredValue, Statistic, SystemResult } from "../../../contract/claims.ts";
import { Card } from "../../parts/Card.tsx";
import { useService } from "../../state/queries.ts";
import styles from "./MeasuredCard.module.css";

export function MeasuredCard({ recipe }: { readonly recipe: string }) {
  const { data: result } = useService("recipes.measured", { recipe });
  if (!result) return null;
  return (
    <Card
      title="What was measured here"
      explanation="Every claim stands beside a control in which its cause is taken away: there it must fail. A verdict says yes or no only when the 95 % interval leaves out the threshold and every seed stands on its side."
    >
      <div className={styles["measured"]}>
        <ul>
          {result.claims.map((claim) => (
            <Claim key={claim.claim} claim={claim} />
          ))}
        </ul>
        <Arms result={result} />
      </div>
    </Card>
  );
}

function Claim({ claim }: { readonly claim: ClaimResult }) {
  const { text, quantity, statistic, threshold, control, verdict, bySeed } = claim;
  const ends = [claim, control].flatMap(({ interval, value }) => [
    ...(interval ?? []),
    ...(value === null ? [] : [value]),
  ]);
  const neutral = statistic === "ratio" ? 1 : 0;
  const [low, high] = [Math.min(neutral, threshold, ...ends), Math.max(neutral, threshold, ...ends)];
  const margin = 0.06 * (high - low || 1);
  const axis = { low: low - margin, high: high + margin, threshold };
  return (
    <li>
      <header>
        <span className={styles["verdict"]} data-verdict={verdict}>
          {verdict}
        </span>
        <p>{text}</p>
      </header>
      <p className={styles["quantity"]}>
        {quantity}; by seed {bySeed.map(({ value }) => show(value, statistic)).join(", ")}
      </p>
      <Line label="measured" measured={claim} statistic={statistic} axis={axis} />
      <Line
        label={`control: ${control.title}`}
        note={control.fails ? "fails, as it must" : "does not fail"}
        measured={control}
        statistic={statistic}
        axis={axis}
      />
      <p className={styles["quantity"]}>The line marks what it takes: {show(threshold, statistic)}.</p>
    </li>
  );
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly threshold: number;
}

function Line({
  label,
  note,
  measured: { value, interval },
  statistic,
  axis,
}: {
  readonly label: string;
  readonly note?: string;
  readonly measured: MeasuredValue;
  readonly statistic: Statistic;
  readonly axis: Axis;
}) {
  const at = (point: number): number => ((point - axis.low) / (axis.high - axis.low)) * 100;
  const range = interval === null ? "" : `${show(interval[0], statistic)} to ${show(interval[1], statistic)}`;
  return (
    <div className={styles["line"]}>
      <span>
        {label}
        {note !== undefined && <small>{note}</small>}
      </span>
      <span
        className={styles["axis"]}
        role="img"
        aria-label={`${show(value, statistic)}, 95 % interval ${range || "none"}`}
      >
        <i data-kind="threshold" style={{ left: `${at(axis.threshold)}%` }} />
        {interval && (
          <i data-kind="band" style={{ left: `${at(interval[0])}%`, width: `${at(interval[1]) - at(interval[0])}%` }} />
        )}
        {value !== null && <i data-kind="value" style={{ left: `${at(value)}%` }} />}
      </span>
      <strong>{show(value, statistic)}</strong>
      <small>{range}</small>
    </div>
  );
}

function Arms({ result: { arms, seeds, command, missing } }: { readonly result: SystemResult }) {
  return (
    <section className={styles["arms"]} aria-label="Arms">
      <table>
        <thead>
          <tr>
            <th>Arm</th>
            <th>What it is</th>
            <th>Updates</th>
            <th>Seconds</th>
          </tr>
        </thead>
        <tbody>
          {arms.map(({ id, title, what, updates, seconds }) => (
            <tr key={id}>
              <td>{title}</td>
              <td>{what}</td>
              <td>{updates.toFixed(0)}</td>
              <td>{seconds.toFixed(0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles["quantity"]}>
        {seeds.length} {seeds.length === 1 ? "seed" : "seeds"}; again with <code>{command}</code>
        {missing.length > 0 && `; not measured: ${missing.join("; ")}`}
      </p>
    </section>
  );
}

/** In points, percent or times. */
function show(value: number | null, statistic: Statistic): string {
  if (value === null) return "–";
  if (statistic === "ratio") return `${value.toFixed(2)}×`;
  const sign = value < 0 ? "−" : statistic === "difference" && value > 0 ? "+" : "";
  return `${sign}${Math.abs(value * 100).toFixed(1)} ${statistic === "reduction" ? "%" : "points"}`;
}
