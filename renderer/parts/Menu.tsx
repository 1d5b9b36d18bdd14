import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import styles from "./Menu.module.css";

/** A button that opens a panel of choices: Escape closes it and gives the focus back. */
export function Menu({
  label,
  value,
  width = 240,
  open,
  onOpen,
  children,
}: {
  readonly label: string;
  /** What is chosen now, after the label. */
  readonly value?: string | undefined;
  readonly width?: number;
  readonly open?: boolean;
  readonly onOpen?: (open: boolean) => void;
  readonly children: ReactNode;
}) {
  const controlled = open === undefined ? {} : { open };
  return (
    <Popover.Root {...controlled} {...(onOpen ? { onOpenChange: onOpen } : {})}>
      <Popover.Trigger className={styles["trigger"]} data-set={value !== undefined}>
        {label}
        {value !== undefined && <strong>{value}</strong>}
        <Icon name="down" size={12} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles["menu"]}
          style={{ width }}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** One of several choices in a menu. */
export function MenuItem({
  children,
  note,
  chosen,
  onChoose,
}: {
  readonly children: ReactNode;
  readonly note?: ReactNode;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <button type="button" className={styles["item"]} aria-pressed={chosen} onClick={onChoose}>
      <span>{children}</span>
      {note !== undefined && <em>{note}</em>}
      {chosen && <Icon name="check" size={13} />}
    </button>
  );
}

/** A choice that stands beside others. */
export function MenuCheck({
  children,
  note,
  checked,
  onChange,
}: {
  readonly children: ReactNode;
  readonly note?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <label className={styles["item"]}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
      {note !== undefined && <em>{note}</em>}
    </label>
  );
}

export function MenuSection({ title, children }: { readonly title?: string; readonly children: ReactNode }) {
  return (
    <div className={styles["section"]} role="group" aria-label={title}>
      {title && <h3>{title}</h3>}
      {children}
    </div>
  );
}

export function MenuSearch({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <input
      className={styles["search"]}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
