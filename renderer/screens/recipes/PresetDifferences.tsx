/** Two presets side by side: only the settings in which they differ, and why. */
import { useState } from "react";
import type { Recipe } from "../../../science/recipe.ts";
import { Card } from "../../parts/Card.tsx";
import { differencesOf } from "./differences.ts";
import styles from "./PresetDifferences.module.css";

/** As the paper says against as the code does, where a recipe has both; else what is published against what is small. */
function preferred({ presets, defaultPreset }: Recipe): readonly [left: string, right: string] {
  const [paper, code] = ["paper", "upstream"].map((word) =>
    Object.keys(presets).find((name) => name.startsWith(`${word}-`)),
  );
  return [paper ?? defaultPreset, code ?? defaultPreset];
}

export function PresetDifferences({ recipe }: { readonly recipe: Recipe }) {
  const names = Object.keys(recipe.presets);
  const [left, setLeft] = useState(() => preferred(recipe)[0]);
  const [right, setRight] = useState(() => preferred(recipe)[1]);
  const rows = differencesOf(recipe, left, right);
  const notes = [left, right].flatMap((name) => recipe.presets[name]!.notes ?? []);
  const picker = (label: string, value: string, onChange: (name: string) => void) => (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {names.map((name) => (
        <option key={name} value={name}>
          {recipe.presets[name]!.title}
        </option>
      ))}
    </select>
  );
  return (
    <Card
      title="Where two presets differ"
      explanation="Paper and published code do not do the same. A run says which of the two it follows."
    >
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th>Setting</th>
            <th>{picker("Left preset", left, setLeft)}</th>
            <th>{picker("Right preset", right, setRight)}</th>
            <th>What it does, and why the two differ</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values, explanation, reason, source }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td className={styles["value"]}>{values[0]}</td>
              <td className={styles["value"]}>{values[1]}</td>
              <td>
                {explanation}
                {reason && <p className={styles["why"]}>{reason}</p>}
                {!reason && <p className={styles["source"]}>{source}</p>}
              </td>
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={4}>These two presets have the same settings.</td>
            </tr>
          )}
        </tbody>
      </table>
      {notes.length > 0 && (
        <div className={styles["notes"]}>
          <h4>What differs without being a setting</h4>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
