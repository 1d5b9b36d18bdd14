import { Tabs as RadixTabs } from "radix-ui";
import type { ReactNode } from "react";
import styles from "./Tabs.module.css";

interface Tab<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly count?: number;
}

/** Parts of one screen; which one is part of the address. */
export function Tabs<Value extends string>({
  value,
  tabs,
  aside,
  onChange,
  children,
}: {
  readonly value: Value;
  readonly tabs: readonly Tab<Value>[];
  readonly aside?: ReactNode;
  readonly onChange: (value: Value) => void;
  readonly children: ReactNode;
}) {
  return (
    <RadixTabs.Root value={value} onValueChange={(next) => onChange(next as Value)} className={styles["tabs"]}>
      <div className={styles["bar"]}>
        <RadixTabs.List className={styles["list"]}>
          {tabs.map((tab) => (
            <RadixTabs.Trigger key={tab.value} value={tab.value} className={styles["tab"]}>
              {tab.label}
              {tab.count !== undefined && tab.count > 0 && <span>{tab.count}</span>}
            </RadixTabs.Trigger>
          ))}
        </RadixTabs.List>
        {aside}
      </div>
      <RadixTabs.Content value={value} className={styles["content"]} tabIndex={-1}>
        {children}
      </RadixTabs.Content>
    </RadixTabs.Root>
  );
}
