import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./Icon.tsx";
import { Why } from "./Why.tsx";
import styles from "./Readout.module.css";

/** What a number speaks of gives its colour: the ordered view, the shuffled one. */
export type ReadoutTone = "ordered" | "shuffled" | "good";

export interface ReadoutFact {
  readonly name: string;
  readonly hint?: string;
  readonly value: string;
  readonly tone?: ReadoutTone;
}

/** A rule's verdict over a group in one line: the verdict, why, and the numbers that it comes from. */
export function Readout({
  label,
  icon,
  verdict,
  tone,
  explanation,
  picture,
  facts,
  children,
}: {
  readonly label: string;
  readonly icon: IconName;
  readonly verdict: string;
  readonly tone?: ReadoutTone | undefined;
  readonly explanation: string;
  readonly picture?: ReactNode;
  readonly facts: readonly ReadoutFact[];
  readonly children?: ReactNode;
}) {
  return (
    <section className={styles["readout"]} aria-label={label}>
      <span className={styles["verdict"]} data-tone={tone}>
        <Icon name={icon} size={14} />
        {verdict}
        <Why of={verdict} text={explanation} />
      </span>
      {picture}
      <dl>
        {facts.map(({ name, hint, value, tone: own }) => (
          <div key={name} title={hint}>
            <dt>{name}</dt>
            <dd data-tone={own}>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}
