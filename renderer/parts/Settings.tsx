import styles from "./Settings.module.css";

/** A nested object as rows with dotted names, in its own order. */
export function flattenSettings(values: Readonly<Record<string, unknown>>, prefix = ""): [string, string][] {
  return Object.entries(values).flatMap(([key, value]): [string, string][] => {
    const name = prefix + key;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      return flattenSettings(value as Record<string, unknown>, `${name}.`);
    }
    return [
      [
        name,
        typeof value === "string"
          ? value
          : Array.isArray(value)
            ? value.map((item) => (typeof item === "object" ? JSON.stringify(item) : String(item))).join(", ")
            : String(value),
      ],
    ];
  });
}

/** Names and values, one a line; what a name means comes up where the pointer rests on it. */
export function Settings({
  values,
  explain,
}: {
  readonly values: Readonly<Record<string, unknown>>;
  readonly explain?: (name: string) => string | undefined;
}) {
  return (
    <dl className={styles["settings"]}>
      {flattenSettings(values).map(([name, value]) => (
        <div key={name}>
          <dt title={explain?.(name)} data-explained={explain?.(name) !== undefined}>
            {name}
          </dt>
          <dd title={value}>{value === "" ? "–" : value}</dd>
        </div>
      ))}
    </dl>
  );
}
