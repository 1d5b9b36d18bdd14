/** Test cases: questions that people kept with a copy of the clip and the expected answer. Together they are a benchmark. */
import { z } from "zod";

export const CASE_TYPES = ["multiple choice", "numerical", "free-form"] as const;

export interface TestCase {
  readonly id: string;
  readonly createdAt: number;
  readonly question: string;
  readonly options: readonly string[];
  readonly problemType: (typeof CASE_TYPES)[number];
  /** The letter, where there are options. */
  readonly answer: string;
  /** Most frames that were shown when it was kept; null: as the checkpoint was trained. */
  readonly frames: number | null;
  readonly note: string;
  /** The copy of the clip. */
  readonly path: string;
  readonly kind: "image" | "video";
}

export const testCaseInputs = {
  "cases.list": z.object({}),
  "cases.save": z.object({
    path: z.string().min(1).max(4096),
    question: z.string().trim().min(1).max(100_000),
    options: z.array(z.string().max(10_000)).max(26),
    answer: z.string().trim().min(1).max(10_000),
    frames: z.number().int().min(1).max(1024).nullable(),
    note: z.string().max(2000),
  }),
  "cases.remove": z.object({ id: z.string() }),
  /** As rows in Video-R1's format. */
  "cases.export": z.object({}),
} as const;

export interface TestCaseResults {
  "cases.list": readonly TestCase[];
  "cases.save": TestCase;
  "cases.remove": { readonly removed: boolean };
  /** `folder`: where the rows' clips lie. */
  "cases.export": { readonly rows: string; readonly folder: string };
}
