import { useState } from "react";
import { call, type ServiceError } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { DiffText } from "../../parts/DiffText.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import styles from "./Playground.module.css";
import { newCall, type Asking } from "./useAsking.ts";

/** Two checkpoints' answers to one question: what the second says otherwise, and how likely each finds the other's answer. */
export function Versus({
  left,
  right,
  names,
}: {
  readonly left: Asking;
  readonly right: Asking;
  readonly names: readonly [string, string];
}) {
  const [table, setTable] = useState<readonly (readonly number[])[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ServiceError | null>(null);
  const sides = [left, right];
  const texts = sides.map(({ result }) => result?.answers[0]?.text);
  if (texts[0] === undefined || texts[1] === undefined) return null;
  const weigh = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const rows: number[][] = [];
      for (const { asked } of sides) {
        const row: number[] = [];
        for (const completion of texts as string[]) {
          const { model, path, question, options, frames, pixels, order } = asked!;
          const params = { model, path, question, options, frames, pixels, order, completion, call: newCall() };
          row.push((await call("session.score", params)).logProb);
        }
        rows.push(row);
      }
      setTable(rows);
    } catch (failure) {
      setError(failure as ServiceError);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      title="Where they differ"
      explanation="Struck out: what only the first says. Underlined: what only the second says."
    >
      {texts[0] === texts[1] ? <p>Both say the same.</p> : <DiffText before={texts[0]} after={texts[1]} />}
      {error && <ErrorNote error={error} />}
      {table === null ? (
        <div className={styles["row"]}>
          <Button disabled={busy || (left.asked?.change ?? null) !== null} onClick={() => void weigh()}>
            {busy ? "Scoring …" : "How likely does each find the other's answer?"}
          </Button>
        </div>
      ) : (
        <table className={styles["versus"]}>
          <caption>Log-probability of an answer (columns) under a checkpoint (rows), nats</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">first answer</th>
              <th scope="col">second answer</th>
            </tr>
          </thead>
          <tbody>
            {table.map((row, place) => (
              <tr key={place}>
                <th scope="row">{names[place]}</th>
                {row.map((value, column) => (
                  <td key={column} data-own={column === place}>
                    {value.toFixed(2)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
