/** What is known of the published datasets, as data in `resources/published`, and how an imported file compares. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetReport, PublishedCount, ValueCount } from "../../contract/methods.ts";
import { PRODUCT_FOLDER } from "../runs/launch.ts";

export interface PublishedSource {
  readonly name: string;
  /** First folder of its media. */
  readonly folder: string;
  readonly dataType: "image" | "video";
  readonly rows: number;
  /** Rows by problem type, where that was published. */
  readonly problemTypes?: Readonly<Record<string, number>>;
  /** Problem types of a source of which only the sum was published. */
  readonly mixed?: readonly string[];
  /** Other ways in which rows name it; "" for rows that name none. */
  readonly aliases?: readonly string[];
  /** Parts of the source by what follows its name in `data_source`. */
  readonly splits?: Readonly<Record<string, number>>;
}

export interface PublishedDataset {
  readonly name: string;
  /** Whether its rows carry a teacher's reasoning. */
  readonly traces: boolean;
  readonly rows: number;
  readonly dataTypes: Readonly<Record<string, number>>;
  readonly problemTypes: Readonly<Record<string, number>>;
  readonly sources: readonly PublishedSource[];
}

const FOLDER = join(PRODUCT_FOLDER, "resources", "published");

export function publishedDatasets(): PublishedDataset[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as PublishedDataset);
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Sums rows by the published sources: `LLaVA-Video-178K/30_60_s_youtube_v0_1` counts for `LLaVA-Video-178K`. */
export function countBySource(counts: readonly ValueCount[], sources: readonly PublishedSource[]): Map<string, number> {
  const byPlainName = new Map(
    sources.flatMap((source) => [source.name, ...(source.aliases ?? [])].map((name) => [plain(name), source.name])),
  );
  const sums = new Map<string, number>();
  for (const { value, rows } of counts) {
    const name = byPlainName.get(plain(value)) ?? byPlainName.get(plain(value.split("/")[0]!));
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + rows);
  }
  return sums;
}

interface Counts {
  readonly rows: number;
  readonly withTraces: number;
  readonly dataTypes: readonly ValueCount[];
  readonly problemTypes: readonly ValueCount[];
  readonly sources: readonly ValueCount[];
}

/** Fewer rows than this are somebody's own data, whatever their sources are called. */
const FEWEST_ROWS = 1000;

/**
 * The published dataset that the rows seem to be, whole or in part: nearly all come from its sources, and they have traces
 * where it has. Null when none fits.
 */
export function compareWithPublished(counts: Counts): DatasetReport["published"] {
  const all = publishedDatasets();
  const sources = all.flatMap((dataset) => dataset.sources);
  const known = [...countBySource(counts.sources, sources).values()].reduce((sum, rows) => sum + rows, 0);
  if (counts.rows < FEWEST_ROWS || known < 0.9 * counts.rows) return null;
  const traces = counts.withTraces > counts.rows / 2;
  const dataset = all.find((one) => one.traces === traces);
  if (dataset === undefined) return null;
  const valueOf = (list: readonly ValueCount[], value: string): number =>
    list.find((count) => count.value === value)?.rows ?? 0;
  const bySource = countBySource(counts.sources, dataset.sources);
  const lines: PublishedCount[] = [
    { kind: "rows", value: "all rows", rows: counts.rows, published: dataset.rows },
    ...Object.entries(dataset.dataTypes).map(([value, published]) => {
      return { kind: "data type" as const, value, rows: valueOf(counts.dataTypes, value), published };
    }),
    ...Object.entries(dataset.problemTypes).map(([value, published]) => {
      return { kind: "problem type" as const, value, rows: valueOf(counts.problemTypes, value), published };
    }),
    ...dataset.sources.map(({ name, rows: published }) => {
      return { kind: "source" as const, value: name, rows: bySource.get(name) ?? 0, published };
    }),
  ];
  return { name: dataset.name, counts: lines };
}
