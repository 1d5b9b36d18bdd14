/** Scalars of TensorBoard's event files. */
import type { ForeignRun } from "./foreign-run.ts";
import { readEvent } from "./tf-events.ts";
import { readRecords, RecordError } from "./tf-records.ts";

/** What stands after a damaged record cannot be found again: the rest of the file is left out, and it is said. */
export function readTensorBoard(path: string, into: ForeignRun): void {
  let records = 0;
  try {
    for (const record of readRecords(path)) {
      records++;
      const { wallTime, step, scalars } = readEvent(record);
      for (const { tag, value } of scalars) into.add(step, Math.round(wallTime * 1000), tag, value);
    }
    if (records > 0) return;
    into.problem(problem(path, "byte 0", "it holds no whole record"));
  } catch (error) {
    const isOurs = error instanceof RangeError && error.message.startsWith("The files hold");
    if (isOurs || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    const place = error instanceof RecordError ? `byte ${error.offset}` : `record ${records}`;
    into.problem(problem(path, place, (error as Error).message));
  }
}

const problem = (file: string, place: string, reason: string) => ({
  file,
  place,
  reason,
  remedy: "Copy the file again from where it was written; what stands before this place was taken.",
});
