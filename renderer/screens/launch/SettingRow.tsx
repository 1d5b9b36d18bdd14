import type { EvaluatedModel } from "../../../contract/evaluation.ts";
import type { SettingField } from "../../../science/recipe.ts";
import type { SettingValue } from "../../../science/settings.ts";
import { unitOf } from "../../../science/launch/units.ts";
import { Button } from "../../parts/Button.tsx";
import { boundsOf } from "./draft.ts";
import styles from "./SettingRow.module.css";

/** A value in full, without rounding; small numbers with an exponent, as people write learning rates. */
export function shown(value: SettingValue): string {
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  return value === "" ? "–" : String(value);
}

/** One setting: what it does, its value, where that comes from, and what the paper says. */
export function SettingRow({
  name,
  field,
  value,
  preset,
  changed,
  problem,
  isError,
  offered,
  onChange,
  onReset,
}: {
  readonly name: string;
  readonly field: SettingField;
  /** As typed. */
  readonly value: string | boolean;
  readonly preset: SettingValue;
  readonly changed: boolean;
  readonly problem: string | null;
  readonly isError: boolean;
  /** Checkpoints to choose from, beside whatever may be typed. */
  readonly offered: readonly EvaluatedModel[];
  readonly onChange: (value: string | boolean) => void;
  readonly onReset: () => void;
}) {
  const unit = unitOf(name);
  const id = `setting-${name}`;
  return (
    <div className={styles["row"]} data-changed={changed}>
      <div className={styles["words"]}>
        <label htmlFor={id}>{name}</label>
        <p id={`${id}-why`}>{field.explanation}</p>
      </div>
      <div className={styles["control"]}>
        <div className={styles["input"]}>
          <Control id={id} field={field} value={value} invalid={isError} offered={offered} onChange={onChange} />
          {unit && <span className={styles["unit"]}>{unit}</span>}
          <span className={styles["reset"]}>
            {changed && <Button icon="resume" kind="quiet" hint={`Back to ${shown(preset)}`} onClick={onReset} />}
          </span>
        </div>
        {problem ? (
          <p className={styles["problem"]} data-error={isError} role={isError ? "alert" : undefined}>
            {problem}
          </p>
        ) : (
          <p className={styles["sources"]} title={boundsOf(field) ?? undefined}>
            {field.paper !== null && (
              <span data-differs={String(value) !== String(field.paper)}>
                {field.of === undefined ? "paper" : `${field.of}'s paper`} {shown(field.paper)}
              </span>
            )}
            <span>default {shown(field.default)}</span>
            {changed && <span>preset {shown(preset)}</span>}
          </p>
        )}
      </div>
    </div>
  );
}

function Control({
  id,
  field,
  value,
  invalid,
  offered,
  onChange,
}: {
  readonly id: string;
  readonly field: SettingField;
  readonly value: string | boolean;
  readonly invalid: boolean;
  readonly offered: readonly EvaluatedModel[];
  readonly onChange: (value: string | boolean) => void;
}) {
  const shared = { id, "aria-describedby": `${id}-why`, "aria-invalid": invalid };
  if (field.kind === "boolean") {
    return (
      <input
        {...shared}
        type="checkbox"
        role="switch"
        checked={value === true || value === "true"}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  }
  if (field.kind === "choice") {
    return (
      <select {...shared} value={String(value)} onChange={(event) => onChange(event.target.value)}>
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  const list = offered.length > 0 ? `offered-${id}` : undefined;
  return (
    <>
      <input
        {...shared}
        list={list}
        placeholder={list && "Choose or type"}
        value={String(value)}
        inputMode={field.kind === "text" ? "text" : "decimal"}
        data-kind={field.kind}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      {list && (
        <datalist id={list}>
          {offered.map(({ directory, label }) => (
            <option key={directory} value={directory}>
              {label}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}
