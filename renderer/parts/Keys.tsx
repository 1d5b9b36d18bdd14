import styles from "./Keys.module.css";

/** A shortcut as key caps; of several ways the first. */
export function Keys({ shortcut }: { readonly shortcut: string }) {
  const first = shortcut.split(" or ")[0]!;
  return (
    <span className={styles["keys"]} aria-label={first}>
      {first.split(/[ +]/).map((key, index) => (
        <kbd key={index}>{key}</kbd>
      ))}
    </span>
  );
}
