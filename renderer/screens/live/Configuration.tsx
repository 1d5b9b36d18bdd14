import type { RunDetail } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { formatCount } from "../../parts/format.ts";
import { Settings } from "../../parts/Settings.tsx";
import styles from "./Configuration.module.css";

/** The frozen configuration and what it ran on. */
export function Configuration({ run }: { readonly run: RunDetail }) {
  return (
    <div className={styles["columns"]}>
      <Card title="Configuration" explanation="As the run started: every value that it works with, frozen.">
        <Settings values={run.config} />
      </Card>
      <div className={styles["side"]}>
        <Card title="Run">
          <Settings
            values={{
              id: run.id,
              recipe: run.recipe,
              preset: run.preset,
              seed: run.seed,
              attempt: run.attempt,
              folder: run.folder,
              model: run.model?.directory ?? "–",
              parameters: run.model ? formatCount(run.model.parameters) : "–",
            }}
          />
        </Card>
        <Card title="Engine">
          <Settings values={run.engine} />
        </Card>
      </div>
    </div>
  );
}
