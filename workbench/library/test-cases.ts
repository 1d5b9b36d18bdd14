/**
 * Test cases: questions that people kept, in `user.db`, each with a copy of its clip. `<data>/test-cases/cases.json` holds them
 * as rows in Video-R1's format and is written anew with every change, so that they are a benchmark like any other.
 */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, constants, copyFileSync, existsSync, mkdirSync, openSync, readSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { MethodInput, TestCase } from "../../contract/methods.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { lettered, mediumAt } from "../session/settings.ts";
import type { Db } from "../store/databases.ts";

interface CaseRow extends Omit<TestCase, "options" | "path"> {
  readonly options: string;
  readonly media: string;
}

export const testCasesFolder = (data: string): string => join(data, DATA_FOLDER.testCases);
export const testCasesFile = (data: string): string => join(testCasesFolder(data), "cases.json");

/** Newest first. */
export function listCases(data: string, user: Db): TestCase[] {
  const rows = user
    .prepare(
      `SELECT id, created_at AS createdAt, question, options, problem_type AS problemType, answer, frames, note, media, kind
       FROM test_cases ORDER BY created_at DESC, id`,
    )
    .all() as CaseRow[];
  return rows.map(({ options, media, ...row }) => ({
    ...row,
    options: JSON.parse(options) as string[],
    path: join(testCasesFolder(data), media),
  }));
}

/**
 * Keeps a question. `path` must be one that may be read: the caller has checked it.
 * @throws RangeError when the answer is none of the options, or there is no such file.
 */
export function saveCase(data: string, user: Db, kept: MethodInput<"cases.save">): TestCase {
  const options = lettered(kept.options.filter((option) => option.trim() !== ""));
  const answer = answerIn(options, kept.answer.trim());
  const { path, kind } = mediumAt(kept.path);
  const media = copyOf(data, path);
  const problemType =
    options.length > 0 ? "multiple choice" : /^-?\d+([.,]\d+)?$/.test(answer) ? "numerical" : "free-form";
  const id = `case-${randomBytes(5).toString("hex")}`;
  const { question, frames, note } = kept;
  const row = { id, createdAt: Date.now(), question, problemType, answer, frames, note, kind } as const;
  user
    .prepare(
      `INSERT INTO test_cases (id, created_at, question, options, problem_type, answer, frames, note, media, kind)
       VALUES (@id, @createdAt, @question, @options, @problemType, @answer, @frames, @note, @media, @kind)`,
    )
    .run({ ...row, options: JSON.stringify(options), media });
  writeCases(data, user);
  return { ...row, options, path: join(testCasesFolder(data), media) };
}

/** The clip's copy goes with the last case that shows it. */
export function removeCase(data: string, user: Db, id: string): boolean {
  const media = user.prepare("SELECT media FROM test_cases WHERE id = ?").pluck().get(id) as string | undefined;
  if (media === undefined) return false;
  user.prepare("DELETE FROM test_cases WHERE id = ?").run(id);
  const others = user.prepare("SELECT count(*) FROM test_cases WHERE media = ?").pluck().get(media) as number;
  if (others === 0) rmSync(join(testCasesFolder(data), media), { force: true });
  writeCases(data, user);
  return true;
}

/** All cases as rows in Video-R1's format, oldest first, so that new ones come last. */
export function caseRows(data: string, user: Db): string {
  const rows = listCases(data, user)
    .reverse()
    .map(({ id, question, options, problemType, answer, frames, note, path, kind }) => ({
      problem_id: id,
      problem: question,
      data_type: kind,
      problem_type: problemType,
      ...(options.length > 0 ? { options } : {}),
      solution: `<answer>${answer}</answer>`,
      path: path.slice(testCasesFolder(data).length + 1),
      data_source: "test cases",
      ...(frames === null ? {} : { frames }),
      ...(note === "" ? {} : { note }),
    }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

/** Written from the database, which knows best; nothing where nothing was ever kept. */
function writeCases(data: string, user: Db): void {
  const file = testCasesFile(data);
  writeFileSync(`${file}.new`, caseRows(data, user), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Name of the copy, relative to the folder of test cases; one copy of equal clips. */
function copyOf(data: string, path: string): string {
  const hash = hashOf(path).slice(0, 32);
  const name = `media/${hash}${extname(path).toLowerCase()}`;
  const target = join(testCasesFolder(data), name);
  mkdirSync(join(testCasesFolder(data), "media"), { recursive: true, mode: 0o700 });
  if (!existsSync(target)) {
    copyFileSync(path, `${target}.new`, constants.COPYFILE_FICLONE);
    renameSync(`${target}.new`, target);
  }
  return name;
}

function hashOf(path: string): string {
  const hash = createHash("sha256");
  const piece = Buffer.alloc(2 ** 20);
  const file = openSync(path, "r");
  try {
    for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece))
      hash.update(piece.subarray(0, bytes));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** The letter of an option that was given by letter or by its words. @throws RangeError */
function answerIn(options: readonly string[], given: string): string {
  if (options.length === 0) return given;
  const words = (option: string): string => option.replace(/^[A-Z][.)]\s*/, "").trim();
  const found = options.find(
    (option) => option[0] === given.toUpperCase() || words(option) === given || option === given,
  );
  if (found !== undefined) return found[0]!;
  throw new RangeError(
    `The expected answer "${given}" is none of the options: give a letter from A to ${options.at(-1)![0]}, or an option's words.`,
  );
}
