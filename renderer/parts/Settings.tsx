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

/** Names and values, one a line. */
export function Settings({ values }: { readonly values: Readonly<Record<string, unknown>> }) {
  return (
    <dl className={styles["settings"]}>
      {flattenSettings(values).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={value}>{value === "" ? "–" : value}</dd>
        </div>
      ))}
    </dl>
  );
}
