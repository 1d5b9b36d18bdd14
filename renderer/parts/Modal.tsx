import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { useFocusBack } from "./useFocusBack.ts";
import styles from "./Modal.module.css";

/** A dialog over the window: closes with Escape, keeps the focus inside and gives it back. */
export function Modal({
  title,
  description,
  width = 480,
  onClose,
  children,
}: {
  readonly title: string;
  readonly description?: string;
  readonly width?: number;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const focusBack = useFocusBack();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles["scrim"]} />
        <Dialog.Content
          className={styles["modal"]}
          style={{ width }}
          // The dialog itself, not its close button: the first field is one Tab away and no hint pops up.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          // A hint over a focused button takes the first Escape; the dialog closes with it all the same.
          onKeyDown={(event) => {
            if (event.key === "Escape" && event.currentTarget.contains(event.target as Node)) onClose();
          }}
          {...focusBack}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className={styles["head"]}>
            <Dialog.Title className={styles["title"]}>{title}</Dialog.Title>
            <Button icon="close" kind="quiet" hint="Close" onClick={onClose} />
          </header>
          {description && <Dialog.Description className={styles["description"]}>{description}</Dialog.Description>}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
