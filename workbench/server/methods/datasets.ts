/** Datasets: import, report, rows and media. */
import type { DatasetResults } from "../../../contract/methods.ts";
import type { HandlersOf } from "./context.ts";
import { summariseDatasets } from "../../library/dataset-summaries.ts";

export const datasetMethods: HandlersOf<keyof DatasetResults> = {
  "datasets.list": ({ data, user }) => summariseDatasets(data, user),
};
