import { useCurrentActions } from "../actions.ts";
import { Keys } from "./Keys.tsx";
import { Modal } from "./Modal.tsx";
import styles from "./ShortcutHelp.module.css";

/** Every shortcut that works here, from the registry itself. */
export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const actions = useCurrentActions().filter((action) => action.shortcut);
  const groups = [...new Set(actions.map((action) => action.group))];
  return (
    <Modal title="Keyboard shortcuts" width={640} onClose={onClose}>
      <div className={styles["groups"]}>
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {actions
                .filter((action) => action.group === group)
                .map((action) => (
                  <div key={action.id}>
                    <dt>{action.label}</dt>
                    <dd>
                      <Keys shortcut={action.shortcut!} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
