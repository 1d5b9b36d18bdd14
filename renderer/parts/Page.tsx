import type { ReactNode } from "react";
import styles from "./Page.module.css";

export interface Crumb {
  readonly label: string;
  readonly href?: string;
}

/** A screen: title row with breadcrumbs and actions, then its content. */
export function Page({
  crumbs = [],
  title,
  note,
  actions,
  children,
  flush = false,
}: {
  readonly crumbs?: readonly Crumb[];
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content manages its own scrolling and edges. */
  readonly flush?: boolean;
}) {
  return (
    <div className={styles["page"]}>
      <header className={styles["head"]}>
        <div className={styles["titles"]}>
          {crumbs.map((crumb) => (
            <span key={crumb.label} className={styles["crumb"]}>
              {crumb.href ? <a href={crumb.href}>{crumb.label}</a> : crumb.label}
              <span aria-hidden="true">/</span>
            </span>
          ))}
          <h1>{title}</h1>
          {note}
        </div>
        <div className={styles["actions"]}>{actions}</div>
      </header>
      <div className={flush ? styles["flush"] : styles["content"]}>{children}</div>
    </div>
  );
}
