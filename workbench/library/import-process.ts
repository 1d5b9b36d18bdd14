/** An import in a process of its own, so that the service answers meanwhile and its memory is its own. */
import { createInterface } from "node:readline";
import { startScript } from "../scripts.ts";
import type { ImportProgress, ImportRequest } from "./import-dataset.ts";

export interface RunningImport {
  readonly progress: ImportProgress;
  readonly ended: Promise<void>;
  stop(): void;
}

/** A line that the process writes. */
export type ImportMessage =
  { readonly progress: ImportProgress } | { readonly done: true } | { readonly error: string };

/** More is never needed; a file that asks for more ends its import and nothing else. */
const MEMORY_MB = 512;

export function startImport(request: ImportRequest): RunningImport {
  const child = startScript("workbench/library/import-main.ts", [JSON.stringify(request)], {
    nodeOptions: [`--max-old-space-size=${MEMORY_MB}`],
    stdio: ["ignore", "pipe", "ignore"],
  });
  const running = { progress: { phase: "starting", done: 0, total: 0, rows: 0, badRows: 0 } as ImportProgress };
  let outcome: "done" | string = "";
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const message = JSON.parse(line) as ImportMessage;
    if ("progress" in message) running.progress = message.progress;
    else outcome = "done" in message ? "done" : message.error;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`The import could not be started (${error.message}).`)));
    child.on("close", (code, signal) => {
      if (outcome === "done") resolve();
      else reject(new Error(outcome || `The import was ended (${signal ?? `exit code ${code}`}); start it again.`));
    });
  });
  return {
    get progress() {
      return running.progress;
    },
    ended,
    stop: () => void child.kill("SIGKILL"),
  };
}
