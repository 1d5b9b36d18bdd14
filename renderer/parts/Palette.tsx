import { Dialog } from "radix-ui";
import { useState } from "react";
import { useCurrentActions } from "../actions.ts";
import type { Action } from "../actions.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { Icon } from "./Icon.tsx";
import { Keys } from "./Keys.tsx";
import { useFocusBack } from "./useFocusBack.ts";
import styles from "./Palette.module.css";

/** All words of the query must begin somewhere in the text. */
export function matchesQuery(text: string, query: string): boolean {
  const haystack = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** Find and do: every action of the registry, and every run, by typing. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const focusBack = useFocusBack();
  const [query, setQuery] = useState("");
  const [selected, setSelected] = useState(0);
  const actions = useCurrentActions();
  const runs = useService("runs.page", { text: query, limit: 20 }).data?.rows ?? [];
  const openRun: Action[] = runs.map((run) => ({
    id: `open-${run.id}`,
    label: `Open ${run.name}`,
    group: "Runs",
    keywords: `${run.id} ${run.recipe} ${run.preset} ${run.state}`,
    perform: () => navigate({ screen: "live", run: run.id, tab: "overview" }),
  }));
  const named = actions.filter(
    (action) =>
      !action.hidden &&
      action.enabled !== false &&
      matchesQuery(`${action.group} ${action.label} ${action.keywords ?? ""}`, query),
  );
  const found = [...named, ...openRun];
  const choose = (action: Action | undefined) => {
    if (!action) return;
    onClose();
    action.perform();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setSelected((index) => Math.min(index + 1, found.length - 1));
    else if (event.key === "ArrowUp") setSelected((index) => Math.max(index - 1, 0));
    else if (event.key === "Enter") choose(found[selected]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles["scrim"]} />
        <Dialog.Content className={styles["palette"]} aria-describedby={undefined} onKeyDown={onKeyDown} {...focusBack}>
          <Dialog.Title className="visually-hidden">Find an action</Dialog.Title>
          <label className={styles["field"]}>
            <Icon name="search" />
            <input
              placeholder="Find an action or a run"
              value={query}
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              onChange={(event) => {
                setQuery(event.target.value);
                setSelected(0);
              }}
            />
          </label>
          <ul id="palette-list" role="listbox" className={styles["list"]}>
            {found.map((action, index) => (
              <li
                key={action.id}
                role="option"
                aria-selected={index === selected}
                ref={index === selected ? (row) => row?.scrollIntoView({ block: "nearest" }) : undefined}
                onMouseMove={() => setSelected(index)}
                onClick={() => choose(action)}
              >
                <span className={styles["group"]}>{action.group}</span>
                <span className={styles["label"]}>{action.label}</span>
                {action.shortcut && <Keys shortcut={action.shortcut} />}
              </li>
            ))}
            {found.length === 0 && <li className={styles["none"]}>Nothing is called that.</li>}
          </ul>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
