import { useState } from "react";
import type { ReactNode } from "react";
import { ServiceError } from "../connection.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./Icon.tsx";
import styles from "./EmptyState.module.css";

/** Nothing here yet: one sentence and the next step. */
export function EmptyState({
  icon,
  title,
  compact = false,
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  /** Inside a card: less air. */
  readonly compact?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <div className={styles["empty"]} data-compact={compact}>
      <span className={styles["mark"]}>
        <Icon name={icon} size={compact ? 16 : 20} />
      </span>
      <p>{title}</p>
      {children && <div className={styles["actions"]}>{children}</div>}
    </div>
  );
}

/** Something failed: what, and what to do. Stays until it is solved. */
export function ErrorNote({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  const [copied, setCopied] = useState(false);
  const words = [error.message, ...(error instanceof ServiceError ? [error.remedy] : [])].join("\n");
  const copy = () => void navigator.clipboard.writeText(words).then(() => setCopied(true));
  return (
    <div className={styles["error"]} role="alert">
      <Icon name="warning" />
      <div>
        <p>{error.message}</p>
        {error instanceof ServiceError && <p className={styles["remedy"]}>{error.remedy}</p>}
      </div>
      <Button
        kind="quiet"
        icon={copied ? "check" : "copy"}
        hint={copied ? "Copied" : "Copy these words"}
        onClick={copy}
      />
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** The shape of what will be here; appears only when waiting takes longer than a blink. */
export function Skeleton({ height, width = "100%" }: { readonly height: number; readonly width?: number | string }) {
  return <div className={styles["skeleton"]} style={{ height, width }} aria-hidden="true" />;
}
