/** A dataset with its report as it stands now: counts of media change when they are checked. */
import type { DatasetDetail, DatasetSummary } from "../../contract/methods.ts";
import type { RegisteredDataset } from "./datasets.ts";
import { openRows, readFacts } from "./rows-database.ts";

/** @throws RangeError where what was imported is missing. */
export function detailOf(data: string, dataset: RegisteredDataset, summary: DatasetSummary): DatasetDetail {
  const database = openRows(data, dataset.id);
  try {
    const { report } = readFacts(database);
    const media = database
      .prepare(
        `SELECT coalesce(sum(files - 1), 0) FROM
           (SELECT count(*) AS files FROM media WHERE hash IS NOT NULL GROUP BY hash HAVING count(*) > 1)`,
      )
      .pluck()
      .get() as number;
    return { ...summary, report: { ...report, duplicates: { ...report.duplicates, media }, media: summary.media } };
  } finally {
    database.close();
  }
}
