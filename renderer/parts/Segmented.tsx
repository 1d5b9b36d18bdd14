import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import { Tip } from "./Tip.tsx";
import styles from "./Segmented.module.css";

interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
  readonly hint?: string;
}

/** One of a few: a row of joined buttons. */
export function Segmented<Value extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      className={styles["group"]}
      aria-label={label}
      value={value}
      onValueChange={(next) => next && onChange(next as Value)}
    >
      {choices.map((choice) => {
        const item = (
          <ToggleGroup.Item
            key={choice.value}
            className={styles["item"]}
            value={choice.value}
            // A word that can be read is the name; only a picture is named by its hint.
            aria-label={typeof choice.label === "string" ? undefined : choice.hint}
          >
            {choice.label}
          </ToggleGroup.Item>
        );
        return choice.hint ? (
          <Tip key={choice.value} text={choice.hint}>
            <span className={styles["holder"]}>{item}</span>
          </Tip>
        ) : (
          item
        );
      })}
    </ToggleGroup.Root>
  );
}
