/** What a file system or SQLite says when it cannot write, as a sentence with the remedy. */

const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "SQLITE_FULL", "SQLITE_IOERR_WRITE"]);
const READ_ONLY: ReadonlySet<string> = new Set([
  "EROFS",
  "EACCES",
  "EPERM",
  "SQLITE_READONLY",
  "SQLITE_READONLY_DIRECTORY",
  "SQLITE_CANTOPEN",
]);

/** Null where the error is another one. `what` is a file or folder. */
export function diskSentence(what: string, error: unknown): string | null {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  if (code !== undefined && FULL.has(code))
    return `The disk is full: ${what} could not be written (${code}). Free some space.`;
  if (code !== undefined && READ_ONLY.has(code))
    return `${what} may not be written: the folder is read-only or belongs to somebody else (${code}). Make it writable.`;
  // The engine's own words, which carry no code.
  if (message !== undefined && /No space left on device/.test(message))
    return `The disk is full: ${what} could not be written. Free some space.`;
  return null;
}
