/** Datasets: the list, one of them, or one of its rows. */
import type { DataTab } from "../state/address.ts";
import { DatasetList } from "./data/DatasetList.tsx";
import { DatasetPage } from "./data/DatasetPage.tsx";
import { SamplePage } from "./data/SamplePage.tsx";
import { useDataProgress } from "./data/progress.ts";

export function Data({
  dataset,
  tab,
  row,
}: {
  readonly dataset: string | null;
  readonly tab: DataTab;
  readonly row: number | null;
}) {
  useDataProgress();
  if (dataset === null) return <DatasetList />;
  if (row !== null) return <SamplePage dataset={dataset} row={row} />;
  return <DatasetPage dataset={dataset} tab={tab} />;
}
