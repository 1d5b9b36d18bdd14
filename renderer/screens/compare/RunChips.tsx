import type { RunDetail } from "../../../contract/methods.ts";
import { Icon } from "../../parts/Icon.tsx";
import { StatusDot } from "../../parts/StatusDot.tsx";
import { formatCount } from "../../parts/format.ts";
import { formatRoute, MOST_COMPARED } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import { afterEye } from "./after-eye.ts";
import { runColor } from "./run-colors.ts";
import styles from "./RunChips.module.css";

/** More than these would cover the curves whose legend they are. */
const MOST_STICKY = 4;

/** The runs that are compared, in their colours; the first one is what the others are measured against. */
export function RunChips({
  ids,
  runs,
  hidden,
  onHide,
  onChange,
}: {
  readonly ids: readonly string[];
  readonly runs: readonly RunDetail[];
  /** Whose curves are not drawn. */
  readonly hidden: readonly string[];
  readonly onHide: (hidden: readonly string[]) => void;
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const all = useService("runs.list", {}).data ?? [];
  const others = all.filter(({ id }) => !ids.includes(id));
  return (
    <ul className={styles["chips"]} aria-label="Compared runs" data-sticky={ids.length <= MOST_STICKY}>
      {ids.map((id, place) => {
        const run = runs.find((candidate) => candidate.id === id);
        return (
          <li key={id} style={{ borderLeftColor: runColor(place) }} data-hidden={hidden.includes(id)}>
            <div className={styles["words"]}>
              <a href={formatRoute({ screen: "live", run: id, tab: "overview" })}>{run?.name ?? id}</a>
              <span>
                {run && <StatusDot state={run.state} bare />}
                {run ? `step ${formatCount(run.step)} · seed ${run.seed}` : "…"}
              </span>
            </div>
            {place === 0 ? (
              <em title="The others are measured against it">baseline</em>
            ) : (
              <button
                type="button"
                title="Measure the others against this run"
                onClick={() => onChange([id, ...ids.filter((other) => other !== id)])}
              >
                make baseline
              </button>
            )}
            <button
              type="button"
              className={styles["remove"]}
              aria-pressed={!hidden.includes(id)}
              aria-label={`Curves of ${run?.name ?? id}`}
              title="Show or hide its curves; with Alt, all others"
              onClick={(event) => onHide(afterEye(ids, hidden, id, event.altKey))}
            >
              <Icon name={hidden.includes(id) ? "hidden" : "eye"} size={14} />
            </button>
            <button
              type="button"
              className={styles["remove"]}
              aria-label={`Leave ${run?.name ?? id} out`}
              onClick={() => onChange(ids.filter((other) => other !== id))}
            >
              <Icon name="close" size={12} />
            </button>
          </li>
        );
      })}
      {ids.length < MOST_COMPARED && others.length > 0 && (
        <li className={styles["add"]}>
          <select aria-label="Add a run" value="" onChange={(event) => onChange([...ids, event.target.value])}>
            <option value="" disabled>
              Add a run …
            </option>
            {others.map((run) => (
              <option key={run.id} value={run.id}>
                {run.name} · {run.state}
              </option>
            ))}
          </select>
        </li>
      )}
    </ul>
  );
}
