import type { RolloutOrigin } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { formatRoute } from "../../state/address.ts";
import { Influence } from "./Influence.tsx";
import styles from "./Playground.module.css";
import type { Question } from "./useAsking.ts";

/** What a rollout answered while it trained, and which frames that answer stands on under the chosen checkpoint. */
export function LoggedAnswer({
  origin,
  asked,
  label,
  measure,
}: {
  readonly origin: RolloutOrigin;
  readonly asked: Question | null;
  /** Of the chosen checkpoint. */
  readonly label: string;
  readonly measure: boolean;
}) {
  const { run, rollout, group, index, step, text, path } = origin;
  const pair = group.replace(/-[a-z]+$/, "");
  return (
    <Card
      title={`Logged at step ${step}: ${group}/${index}`}
      explanation="The answer as the run's journal has it. The frames are measured with the checkpoint that is chosen on the left: the policy of that very step was not kept as weights."
      aside={<a href={formatRoute({ screen: "rollouts", run, step, pair, rollout })}>Open in Rollouts</a>}
    >
      <div className={styles["logged"]}>
        <p className={styles["stream"]}>{text}</p>
        {path === null ? (
          <p className={styles["note"]}>
            It was asked without a clip, or the clip&apos;s file is gone: no frames can be measured.
          </p>
        ) : (
          asked && <Influence key={asked.model} asked={asked} completion={text} shown={null} atOnce={measure} />
        )}
        {path !== null && <p className={styles["note"]}>Measured with {label}.</p>}
      </div>
    </Card>
  );
}
