/** What lies in the data folder, and whether the engine computes as it should. */
import { z } from "zod";

export interface RunStorage {
  readonly run: string;
  readonly name: string;
  readonly bytes: number;
  readonly checkpointBytes: number;
}

export interface Storage {
  /** Largest first. */
  readonly runs: readonly RunStorage[];
  readonly framesBytes: number;
  readonly databaseBytes: number;
  readonly freeBytes: number;
}

export interface SelfTest {
  readonly ok: boolean;
  /** What the engine and the science said, line by line. */
  readonly lines: readonly string[];
  readonly seconds: number;
}

export const storageInputs = {
  "storage.get": z.object({}),
  /** The run's folder for good; refused while it is trained. */
  "runs.delete": z.object({ run: z.string() }),
  /** The reference vectors that come along, in a process of their own. */
  "system.selfTest": z.object({}),
} as const;

export interface StorageResults {
  "storage.get": Storage;
  "runs.delete": { readonly run: string };
  "system.selfTest": SelfTest;
}
