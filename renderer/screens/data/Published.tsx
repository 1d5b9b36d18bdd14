import type { DatasetReport } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { formatCount, formatSigned } from "../../parts/format.ts";
import styles from "./Published.module.css";

/** The file's counts beside those of the dataset as it was published. */
export function Published({ published }: { readonly published: NonNullable<DatasetReport["published"]> }) {
  const differing = published.counts.filter(({ rows, published: wanted }) => rows !== wanted).length;
  return (
    <Card
      title={`Compared with ${published.name}`}
      explanation="Counts of the dataset as published; sources are summed over their parts"
      aside={
        <span className={styles["verdict"]} data-same={differing === 0}>
          {differing === 0 ? "Every count is as published" : `${differing} of ${published.counts.length} counts differ`}
        </span>
      }
    >
      <ul className={styles["counts"]}>
        {published.counts.map(({ kind, value, rows, published: wanted }) => (
          <li key={`${kind} ${value}`} data-differs={rows !== wanted}>
            <span className={styles["kind"]}>{kind}</span>
            <span className={styles["value"]} title={value}>
              {value}
            </span>
            <span className={styles["rows"]}>{formatCount(rows)}</span>
            <span className={styles["wanted"]}>
              {rows === wanted ? "as published" : `${formatCount(wanted)}, ${formatSigned(rows - wanted, 6)}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
