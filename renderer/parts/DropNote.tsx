import { forgetDropped, useDropped } from "../state/dropped.ts";
import { Button } from "./Button.tsx";
import styles from "./DropNote.module.css";
import { Icon } from "./Icon.tsx";

/** While files are held over the window: what dropping them does. After a drop of something else: why it was not taken. */
export function DropNote() {
  const { over, dropped } = useDropped();
  if (over) {
    return (
      <div className={styles["over"]} aria-hidden>
        <p>
          <Icon name="data" size={20} />
          <strong>Drop a dataset to import it, a video or picture to ask about it</strong>
        </p>
      </div>
    );
  }
  if (dropped?.kind !== "refused") return null;
  return (
    <div className={styles["refused"]} role="status">
      <Icon name="warning" size={16} />
      <span>{dropped.why}</span>
      <Button icon="close" kind="quiet" hint="Close" onClick={forgetDropped} />
    </div>
  );
}
