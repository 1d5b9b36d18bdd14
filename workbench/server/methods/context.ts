/** What every method gets, and the error that goes to the window as it is. */
import type { Method, MethodError, MethodInput, MethodResult } from "../../../contract/methods.ts";
import type { DatasetLibrary } from "../../library/dataset-library.ts";
import type { SummaryCache } from "../../runs/summary-cache.ts";
import type { RunQueue } from "../../runs/queue.ts";
import type { RunSettings } from "../../runs/run-settings.ts";
import type { AlertRules } from "../../store/alerts.ts";
import type { Db } from "../../store/databases.ts";
import type { Ingest } from "../../store/ingest.ts";
import type { RunMarksStore } from "../../store/run-marks.ts";
import type { SessionClient } from "../../session/client.ts";
import type { MediaSigner } from "../media.ts";
import type { Announcement } from "../socket.ts";

export interface MethodContext {
  readonly data: string;
  readonly database: Db;
  /** What only people know: names, media roots, datasets. */
  readonly user: Db;
  readonly datasets: DatasetLibrary;
  readonly ingest: Ingest;
  readonly media: MediaSigner;
  readonly summaries: SummaryCache;
  readonly settings: RunSettings;
  readonly marks: RunMarksStore;
  readonly queue: RunQueue;
  readonly rules: AlertRules;
  /** Ids of all runs. */
  readonly known: () => readonly string[];
  /** The worker that answers what needs a loaded model; started with the first question. */
  readonly session: SessionClient;
  /** Tells all windows. */
  readonly announce: (announcement: Announcement) => void;
  /** Runs that are trained now. */
  readonly alive: () => readonly string[];
  /** Tells all windows that a run's summary is another one now, or that the run is gone. */
  readonly changed: (run: string) => void;
}

/** The handlers of the methods `Name`. Inputs are validated before they get here. */
export type HandlersOf<Name extends Method> = {
  readonly [One in Name]: (
    context: MethodContext,
    input: MethodInput<One>,
  ) => MethodResult<One> | Promise<MethodResult<One>>;
};

/** An error that goes to the window as it is. */
export class MethodFailure extends Error {
  readonly error: MethodError;
  constructor(code: MethodError["code"], message: string, remedy: string) {
    super(message);
    this.error = { code, message, remedy };
  }
}
