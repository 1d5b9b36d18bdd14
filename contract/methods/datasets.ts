/**
 * Datasets: files of rows in Video-R1's format that were imported into the data folder, with their report, their rows by
 * page and filter, and the state of their media.
 */
import { z } from "zod";

export interface DatasetSummary {
  readonly id: string;
  /** Unique; what `--dataset NAME` and a launch call it. */
  readonly name: string;
  readonly file: string;
  readonly mediaRoot: string;
  readonly addedAt: number;
  readonly fileBytes: number;
  /** Rows that can be used. */
  readonly rows: number;
  /** Rows of the file that cannot be used. */
  readonly badRows: number;
  readonly images: number;
  readonly videos: number;
  /** Rows with a teacher's reasoning: they can serve cold-start SFT. */
  readonly withTraces: number;
  readonly media: MediaCounts;
  /** What is being done with its media now. */
  readonly check: JobProgress | null;
  /** A sentence when the file is not the one that was imported any more, else null. */
  readonly stale: string | null;
}

/** Distinct media files that rows name. `present` are there but were not decoded yet. */
export interface MediaCounts {
  readonly total: number;
  readonly present: number;
  readonly missing: number;
  readonly decodable: number;
  readonly undecodable: number;
}

export interface JobProgress {
  readonly phase: string;
  readonly done: number;
  /** 0 where it is not known yet. */
  readonly total: number;
}

/** An import that runs, or that failed and waits to be read. */
export interface DatasetImport {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly state: "running" | "failed";
  readonly progress: JobProgress;
  readonly rows: number;
  readonly badRows: number;
  readonly error: string | null;
}

/** How many rows share a value. */
export interface ValueCount {
  readonly value: string;
  readonly rows: number;
}

/** One line of the comparison with a published dataset. */
export interface PublishedCount {
  readonly kind: "rows" | "data type" | "problem type" | "source";
  readonly value: string;
  readonly rows: number;
  readonly published: number;
}

export interface DatasetReport {
  readonly rows: number;
  readonly badRows: number;
  readonly seconds: number;
  readonly problemTypes: readonly ValueCount[];
  readonly dataTypes: readonly ValueCount[];
  readonly sources: readonly ValueCount[];
  /** Reasons why rows cannot be used or were changed, most frequent first, each with its first row. */
  readonly reasons: readonly ReasonCount[];
  readonly duplicates: {
    /** Rows whose `problem_id` an earlier row has: used under another name. */
    readonly ids: number;
    /** Rows that repeat an earlier row's question, options, answer and medium. */
    readonly rows: number;
    /** Media files whose content is that of another file; counted among those that were checked. */
    readonly media: number;
  };
  readonly media: MediaCounts;
  /** The published dataset that this one resembles most, compared value by value; null when none fits. */
  readonly published: { readonly name: string; readonly counts: readonly PublishedCount[] } | null;
}

export interface ReasonCount {
  readonly field: string | null;
  readonly reason: string;
  readonly remedy: string;
  readonly rows: number;
  readonly firstRow: number;
  /** False where the row is used all the same (a duplicate id). */
  readonly unusable: boolean;
}

export interface DatasetDetail extends DatasetSummary {
  readonly report: DatasetReport;
}

/** A row that cannot be used, or that was changed. */
export interface DatasetProblem {
  readonly row: number;
  readonly field: string | null;
  readonly reason: string;
  readonly remedy: string;
}

export type MediaState = "present" | "missing" | "decodable" | "undecodable";

export interface DatasetRow {
  /** Number in the file, from 1. */
  readonly row: number;
  readonly id: string;
  readonly question: string;
  readonly problemType: string;
  readonly dataType: "image" | "video";
  readonly source: string;
  readonly answer: string;
  readonly path: string;
  readonly hasTrace: boolean;
  readonly media: MediaState;
  /** Of media that were decoded. */
  readonly durationSec: number | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Signed, short-lived; null when the file is not there, or where no addresses were asked for. */
  readonly mediaUrl: string | null;
}

/** Where else a run met this row: one prompt of one step, or one evaluated item. */
export interface SampleUse {
  readonly run: string;
  readonly runName: string;
  readonly step: number;
  readonly kind: "rollouts" | "evaluation";
  /** View of the group, label of the evaluation. */
  readonly label: string;
  readonly pair: string | null;
  readonly rollouts: number;
  /** Share of correct rollouts, or the item's score. */
  readonly accuracy: number;
  readonly rewardMean: number | null;
}

export interface DatasetSample extends DatasetRow {
  readonly options: readonly string[];
  readonly solution: string;
  readonly process: string | null;
  /** The record as it stands in the file; null when the file changed since. */
  readonly record: string | null;
  /** User text by template name, as the prompts are built. */
  readonly prompts: readonly { readonly template: string; readonly system: string | null; readonly text: string }[];
  readonly mediaFile: {
    readonly bytes: number | null;
    readonly contentHash: string | null;
    readonly frames: number | null;
    readonly framesPerSecond: number | null;
    readonly reason: string | null;
    readonly remedy: string | null;
  };
  /** Other rows of this dataset with the same medium, by path or content; at most 50. */
  readonly sameMedium: readonly number[];
  /** Rows that repeat this one; at most 50. */
  readonly sameRow: readonly number[];
  readonly uses: readonly SampleUse[];
}

/** Rows of one dataset that another one also has. */
export interface DatasetOverlap {
  readonly dataset: string;
  readonly name: string;
  /** Rows of this dataset whose question, options, answer and medium stand in the other one too. */
  readonly rows: number;
  /** Rows of this dataset whose medium the other one has: by content where both were checked, else by path under one root. */
  readonly rowsWithMedia: number;
  /** How many media of this dataset and of the other one have a known content. */
  readonly hashed: readonly [number, number];
  /** Some rows of this dataset that are concerned; at most 20. */
  readonly examples: readonly number[];
}

export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}
export interface DatasetHistograms {
  /** Seconds, of the videos that were decoded. */
  readonly duration: readonly HistogramBin[];
  /** Pixels of the longer side. */
  readonly resolution: readonly HistogramBin[];
  /** Characters of the answer. */
  readonly answerLength: readonly HistogramBin[];
  readonly mediaDecoded: number;
}

export interface DatasetPreview {
  readonly fileBytes: number;
  readonly rows: readonly DatasetRow[];
  readonly problems: readonly DatasetProblem[];
  /** What stands in the way of an import at all: no such file, no list. */
  readonly refusal: string | null;
  /** Folder that would make the previewed rows' media found, when the given one does not. */
  readonly suggestedMediaRoot: string | null;
  readonly mediaFound: number;
}

const dataset = z.object({ dataset: z.string() });

const filter = z.object({
  text: z.string().max(1000).optional(),
  problemTypes: z.array(z.string()).max(20).optional(),
  dataType: z.enum(["image", "video"]).optional(),
  sources: z.array(z.string()).max(1000).optional(),
  media: z.enum(["present", "missing", "decodable", "undecodable"]).optional(),
  /** Rows that repeat an earlier one, or rows whose medium another file repeats. */
  duplicates: z.enum(["rows", "media"]).optional(),
});
export type DatasetFilter = z.infer<typeof filter>;

export const datasetInputs = {
  "datasets.list": z.object({}),
  "datasets.imports": z.object({}),
  "datasets.suggested": z.object({}),
  "datasets.get": dataset,
  "datasets.preview": z.object({ file: z.string(), mediaRoot: z.string().optional() }),
  "datasets.import": z.object({ file: z.string(), mediaRoot: z.string(), name: z.string().max(200).optional() }),
  "datasets.dismissImport": z.object({ import: z.string() }),
  "datasets.refresh": dataset,
  "datasets.rename": z.object({ dataset: z.string(), name: z.string().min(1).max(200) }),
  "datasets.remove": dataset,
  "datasets.problems": z.object({
    dataset: z.string(),
    from: z.number().int().min(0),
    count: z.number().int().min(1).max(500),
  }),
  "datasets.rows": z.object({
    dataset: z.string(),
    filter: filter.optional(),
    sort: z.enum(["row", "longest answer", "longest video"]).optional(),
    from: z.number().int().min(0),
    count: z.number().int().min(1).max(500),
    /** With addresses of the media; a table needs none. */
    addresses: z.boolean().optional(),
  }),
  "datasets.sample": z.object({ dataset: z.string(), row: z.number().int().min(1) }),
  "datasets.histograms": dataset,
  "datasets.overlaps": dataset,
  "datasets.checkMedia": z.object({ dataset: z.string(), count: z.number().int().min(1).optional() }),
  "datasets.stopCheck": dataset,
} as const;

/** A file of rows that lies in the data folder and was not imported yet. */
export interface SuggestedDataset {
  readonly name: string;
  readonly file: string;
  readonly mediaRoot: string;
}

export interface DatasetResults {
  "datasets.list": readonly DatasetSummary[];
  "datasets.imports": readonly DatasetImport[];
  "datasets.suggested": readonly SuggestedDataset[];
  "datasets.get": DatasetDetail;
  "datasets.preview": DatasetPreview;
  "datasets.import": { readonly import: string };
  "datasets.dismissImport": null;
  "datasets.refresh": { readonly import: string };
  "datasets.rename": null;
  "datasets.remove": null;
  "datasets.problems": { readonly total: number; readonly problems: readonly DatasetProblem[] };
  "datasets.rows": { readonly total: number; readonly rows: readonly DatasetRow[] };
  "datasets.sample": DatasetSample;
  "datasets.histograms": DatasetHistograms;
  "datasets.overlaps": readonly DatasetOverlap[];
  "datasets.checkMedia": null;
  "datasets.stopCheck": null;
}
