import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import { Keys } from "./Keys.tsx";
import styles from "./Tip.module.css";

/** A short explanation on hover or focus, with the shortcut where there is one. The child must take a ref. */
export function Tip({
  text,
  shortcut,
  side = "bottom",
  children,
}: {
  readonly text: ReactNode;
  readonly shortcut?: string;
  readonly side?: "top" | "right" | "bottom" | "left";
  readonly children: ReactNode;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className={styles["tip"]} side={side} sideOffset={6} collisionPadding={8}>
          <span>{text}</span>
          {shortcut && <Keys shortcut={shortcut} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
