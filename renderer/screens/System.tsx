import { Button } from "../parts/Button.tsx";
import { ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Page } from "../parts/Page.tsx";
import { invalidate, useService } from "../state/queries.ts";
import { Machine } from "./system/Machine.tsx";
import styles from "./System.module.css";

const LOOK = { ok: "check", warning: "warning", missing: "cross" } as const;
const WORD = { ok: "Works", warning: "Limited", missing: "Missing" } as const;

/** What works on this machine, and what to do about the rest: the same checks as `secondlook doctor`. */
export function System() {
  const { data: checks, error } = useService("system.doctor", {});
  const again = () => invalidate((method) => method === "system.doctor");
  const open = checks?.filter(({ state }) => state !== "ok").length ?? 0;
  return (
    <Page
      title="System"
      actions={
        <Button icon="resume" onClick={again}>
          Check again
        </Button>
      }
    >
      <div className={styles["system"]}>
        {checks && (
          <p className={styles["summary"]}>
            {open === 0
              ? "Everything that Secondlook uses works on this machine."
              : `${open} of ${checks.length} checks need a look. Training works without those marked as limited.`}
          </p>
        )}
        {error && <ErrorNote error={error} onRetry={again} />}
        {!checks && !error && <Skeleton height={240} />}
        {checks && (
          <ul className={styles["checks"]}>
            {checks.map((check) => (
              <li key={check.name} data-state={check.state}>
                <span className={styles["mark"]}>
                  <Icon name={LOOK[check.state]} size={14} />
                </span>
                <strong>{check.name}</strong>
                <span className={styles["word"]}>{WORD[check.state]}</span>
                <div>
                  <p>{check.detail}</p>
                  {check.remedy && <p className={styles["remedy"]}>{check.remedy}</p>}
                </div>
              </li>
            ))}
          </ul>
        )}
        <Machine />
        <p className={styles["privacy"]}>
          Secondlook talks to nobody: this window and its service speak over 127.0.0.1, and nothing is sent out of this
          machine.
        </p>
      </div>
    </Page>
  );
}
