import type { TestCase } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { saveText } from "../../parts/save-text.ts";
import { invalidate } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import styles from "./Playground.module.css";

/** Questions that were kept: open one, measure all, take them elsewhere. */
export function CaseList({
  cases,
  onOpen,
}: {
  readonly cases: readonly TestCase[];
  readonly onOpen: (one: TestCase) => void;
}) {
  const remove = async ({ id }: TestCase): Promise<void> => {
    await call("cases.remove", { id });
    invalidate((method) => method === "cases.list" || method === "evaluations.overview");
  };
  const save = async (): Promise<void> => {
    const { rows } = await call("cases.export", {});
    saveText("test-cases.json", rows);
  };
  return (
    <Card
      title={`Test cases (${cases.length})`}
      explanation="Questions that you kept, each with a copy of its clip and the answer that you expect. The benchmark “Test cases of your own” asks all of them."
      aside={
        <span className={styles["row"]}>
          <Button
            onClick={() => void save()}
            hint="Rows in Video-R1's format; clips lie in the data folder, under test-cases"
          >
            Export
          </Button>
          <Button
            icon="evals"
            onClick={() =>
              navigate({ screen: "evals", evaluation: null, model: 0, view: "ordered", sample: null, against: null })
            }
          >
            Evaluate
          </Button>
        </span>
      }
    >
      <ul className={styles["cases"]} aria-label="Test cases">
        {cases.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => onOpen(one)}>
              {one.question}
              <small>
                expected {one.answer}
                {one.note && ` · ${one.note}`}
              </small>
            </button>
            <Button icon="close" kind="quiet" hint={`Remove “${one.question}”`} onClick={() => void remove(one)} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
