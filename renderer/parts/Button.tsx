import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./Icon.tsx";
import { Tip } from "./Tip.tsx";
import styles from "./Button.module.css";

interface ButtonProps {
  readonly children?: ReactNode;
  readonly icon?: IconName;
  readonly kind?: "primary" | "secondary" | "quiet" | "danger";
  readonly disabled?: boolean;
  /** Shown on hover; needed when there is no text. */
  readonly hint?: string;
  readonly shortcut?: string;
  readonly onClick?: () => void;
  readonly type?: "button" | "submit";
}

/** The one button. With an icon and no text it is square and named by its hint. */
export function Button({
  children,
  icon,
  kind = "secondary",
  disabled,
  hint,
  shortcut,
  onClick,
  type = "button",
}: ButtonProps) {
  const button = (
    <button
      type={type}
      className={`${styles["button"]} ${styles[kind]} ${children ? "" : styles["square"]}`}
      disabled={disabled}
      onClick={onClick}
      aria-label={children ? undefined : hint}
    >
      {icon && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
  return hint || shortcut ? (
    <Tip text={hint ?? String(children)} shortcut={shortcut}>
      {button}
    </Tip>
  ) : (
    button
  );
}
