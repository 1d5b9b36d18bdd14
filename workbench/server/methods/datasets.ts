/** Datasets: import, report, rows and media. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatasetProblem, DatasetResults } from "../../../contract/methods.ts";
import { detailOf } from "../../library/dataset-detail.ts";
import { makeHistograms } from "../../library/dataset-histograms.ts";
import type { OpenDataset } from "../../library/dataset-library.ts";
import { compareDatasets } from "../../library/dataset-overlaps.ts";
import { previewFile } from "../../library/dataset-preview.ts";
import { readSample } from "../../library/dataset-sample.ts";
import { listDatasets, renameDataset } from "../../library/datasets.ts";
import { rowsFile } from "../../library/rows-database.ts";
import { suggestedDatasets } from "../../library/suggested-datasets.ts";
import { findUses } from "../../library/sample-uses.ts";
import type { MediaSigner } from "../media.ts";
import type { HandlersOf } from "./context.ts";

const addressesIn =
  (media: MediaSigner, { dataset }: OpenDataset) =>
  (path: string): string | null =>
    media.file(join(dataset.mediaRoot, path), dataset.mediaRoot);

export const datasetMethods: HandlersOf<keyof DatasetResults> = {
  "datasets.list": ({ datasets }) => datasets.list(),
  "datasets.imports": ({ datasets }) => datasets.imports(),
  "datasets.suggested": ({ data, user }) => suggestedDatasets(data, listDatasets(user)),
  "datasets.get": ({ data, datasets }, { dataset }) => {
    const found = datasets.find(dataset);
    return detailOf(data, found, datasets.summary(found));
  },
  "datasets.preview": (_, { file, mediaRoot }) => previewFile(file, mediaRoot),
  "datasets.import": ({ datasets }, input) => ({ import: datasets.import(input) }),
  "datasets.dismissImport": ({ datasets }, input) => {
    datasets.dismissImport(input.import);
    return null;
  },
  "datasets.refresh": ({ datasets }, { dataset }) => ({ import: datasets.refresh(dataset) }),
  "datasets.rename": ({ user, datasets }, { dataset, name }) => {
    renameDataset(user, datasets.find(dataset).id, name);
    return null;
  },
  "datasets.remove": ({ datasets }, { dataset }) => {
    datasets.remove(dataset);
    return null;
  },
  "datasets.problems": ({ datasets }, { dataset, from, count }) => {
    const { rows } = datasets.open(dataset);
    const page = rows.prepare("SELECT row, field, reason, remedy FROM problems ORDER BY row LIMIT ? OFFSET ?");
    const total = rows.prepare("SELECT count(*) FROM problems").pluck().get() as number;
    return { total, problems: page.all(count, from) as DatasetProblem[] };
  },
  "datasets.rows": ({ datasets, media }, { dataset, filter, sort, from, count, addresses }) => {
    const opened = datasets.open(dataset);
    const list = opened.lists.get(filter ?? {}, sort ?? "row");
    const addressOf = addressesIn(media, opened);
    const rows = [...list.subarray(from, from + count)].map((row) => {
      const { offset: _offset, bytes: _bytes, mediaId: _media, content: _content, ...shown } = opened.readRow(row)!;
      return { ...shown, mediaUrl: addresses && shown.media !== "missing" ? addressOf(shown.path) : null };
    });
    return { total: list.length, rows };
  },
  "datasets.sample": ({ data, database, ingest, datasets, media }, { dataset, row }) => {
    const opened = datasets.open(dataset);
    return readSample(opened, row, addressesIn(media, opened), (stored) =>
      findUses({ data, database, runs: ingest.runFolders() }, opened.dataset.file, stored),
    );
  },
  "datasets.histograms": ({ datasets }, { dataset }) => makeHistograms(datasets.open(dataset).rows),
  "datasets.overlaps": ({ data, user, datasets }, { dataset }) => {
    const mine = datasets.open(dataset);
    return listDatasets(user)
      .filter(({ id }) => id !== mine.dataset.id && existsSync(rowsFile(data, id)))
      .map((other) => compareDatasets(data, mine, other));
  },
  "datasets.checkMedia": ({ datasets }, { dataset, count }) => {
    datasets.checkMedia(dataset, count);
    return null;
  },
  "datasets.stopCheck": ({ datasets }, { dataset }) => {
    datasets.stopCheck(dataset);
    return null;
  },
};
