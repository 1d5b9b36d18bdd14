import { Icon } from "./Icon.tsx";
import { Tip } from "./Tip.tsx";
import styles from "./Why.module.css";

/** The small mark beside a title or number behind which its explanation lies, on hover and on focus. */
export function Why({ of, text }: { readonly of: string; readonly text: string }) {
  return (
    <Tip text={text}>
      <button type="button" className={styles["why"]} aria-label={`What ${of} means`}>
        <Icon name="info" size={13} />
      </button>
    </Tip>
  );
}
