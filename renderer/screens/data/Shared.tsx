import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { formatCount } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import { dataChanged } from "./progress.ts";
import styles from "./Shared.module.css";

/** Rows and media that another dataset has too: what is tested must not have been trained. */
export function Shared({ dataset }: { readonly dataset: string }) {
  const { data, error } = useService("datasets.overlaps", { dataset });
  if (error) return <ErrorNote error={error} onRetry={dataChanged} />;
  if (!data) return <Skeleton height={160} />;
  if (data.length === 0) {
    return <EmptyState icon="data" title="There is no other dataset to compare with. Import your held-out rows too." />;
  }
  return (
    <div className={styles["list"]}>
      <p className={styles["note"]}>
        The same question, options and answer on the same medium count as the same row. Media are the same by content
        where both were decoded, else by path under the same root.
      </p>
      {data.map((overlap) => (
        <Card key={overlap.dataset} title={overlap.name}>
          <dl className={styles["counts"]}>
            <div data-bad={overlap.rows > 0}>
              <dd>{formatCount(overlap.rows)}</dd>
              <dt>rows stand in both</dt>
            </div>
            <div data-bad={overlap.rowsWithMedia > 0}>
              <dd>{formatCount(overlap.rowsWithMedia)}</dd>
              <dt>rows here have a medium of it</dt>
            </div>
            <div>
              <dd>
                {formatCount(overlap.hashed[0])} and {formatCount(overlap.hashed[1])}
              </dd>
              <dt>media known by content, here and there</dt>
            </div>
          </dl>
          {overlap.examples.length > 0 && (
            <p className={styles["examples"]}>
              For example rows
              {overlap.examples.map((row) => (
                <a key={row} href={formatRoute({ screen: "data", dataset, tab: "rows", row })}>
                  {formatCount(row)}
                </a>
              ))}
            </p>
          )}
        </Card>
      ))}
    </div>
  );
}
