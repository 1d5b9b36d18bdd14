import { use } from "react";
import type { ReactNode } from "react";
import { Explained } from "../state/explaining.ts";
import { Why } from "./Why.tsx";
import styles from "./Card.module.css";

/** A titled surface; the explanation opens at the title, or stands below it where a screen explains itself. */
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
  const explained = use(Explained);
  return (
    <section className={styles["card"]} aria-label={title}>
      <header>
        <h3>{title}</h3>
        {explanation && !explained && <Why of={title} text={explanation} />}
        <div className={styles["aside"]}>{aside}</div>
      </header>
      {explanation && explained && <p className={styles["caption"]}>{explanation}</p>}
      {children}
    </section>
  );
}
