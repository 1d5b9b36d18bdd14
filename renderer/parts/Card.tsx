import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import { Tip } from "./Tip.tsx";
import styles from "./Card.module.css";

/** A titled surface; the explanation opens at the title. */
export function Card({
  title,
  explanation,
  aside,
  children,
}: {
  readonly title: string;
  readonly explanation?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles["card"]} aria-label={title}>
      <header>
        <h3>{title}</h3>
        {explanation && (
          <Tip text={explanation}>
            <button type="button" className={styles["why"]} aria-label={`What ${title} means`}>
              <Icon name="info" size={13} />
            </button>
          </Tip>
        )}
        <div className={styles["aside"]}>{aside}</div>
      </header>
      {children}
    </section>
  );
}
