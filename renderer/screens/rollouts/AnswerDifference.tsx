/** An answer against the one of its group that it is most worth reading beside: what earned the other one more, or less. */
import type { GroupView, RolloutView } from "../../../contract/methods.ts";
import { DiffText } from "../../parts/DiffText.tsx";
import { formatNumber } from "../../parts/format.ts";
import { counterpartOf } from "./pairs.ts";
import styles from "./AnswerDifference.module.css";

export function AnswerDifference({ group, rollout }: { readonly group: GroupView; readonly rollout: RolloutView }) {
  const other = counterpartOf(group, rollout);
  if (other === null) return null;
  const place = other.reward > rollout.reward ? "the best of its group" : "the least of its group";
  return (
    <section className={styles["difference"]} aria-label="Differences">
      <p>
        Against #{other.index + 1}, {place} (reward {formatNumber(other.reward)}): <ins>only here</ins>{" "}
        <del>only in #{other.index + 1}</del>
      </p>
      {other.text === rollout.text ? <p>Both say the same.</p> : <DiffText before={other.text} after={rollout.text} />}
    </section>
  );
}
