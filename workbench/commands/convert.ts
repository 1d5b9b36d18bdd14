import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { PUBLISHED_FORMATS } from "../../science/formats/index.ts";
import { readRow } from "../../science/records.ts";
import { text, UsageError, type Command } from "./command.ts";

const SHOWN = 10;

/** Published records of other systems to rows that `data import`, `train` and `eval` take. */
export const convert: Command = {
  name: "convert",
  usage: "FORMAT FILE --output OUT",
  summary: "Turns published records of other systems into rows that can be imported, trained on and measured.",
  details: [
    ...PUBLISHED_FORMATS.map(({ id, about, media }) => `${id.padEnd(14)} ${about}; media root: ${media}`),
    "FILE           JSON array or JSONL",
    "--output OUT   JSONL in Video-R1's format; an existing file is not overwritten",
    "Exit code 1 when no record could be used; single ones are listed and left out.",
  ],
  options: { output: { type: "string" } },
  run(options, [name, file]) {
    const format = PUBLISHED_FORMATS.find(({ id }) => id === name);
    if (format === undefined) {
      throw new UsageError(`Which format? One of: ${PUBLISHED_FORMATS.map(({ id }) => id).join(", ")}.`);
    }
    const output = text(options["output"]);
    if (file === undefined || output === undefined) throw new UsageError("Give a FILE and --output OUT.");
    const out = resolve(output);
    if (existsSync(out)) throw new UsageError(`${out} is there already: choose another name or remove it.`);
    const rows: string[] = [];
    const problems: string[] = [];
    recordsOf(resolve(file)).forEach((record, index) => {
      const converted = format.convert(record);
      const read = converted.kind === "row" ? readRow(converted.row, file, index + 1) : null;
      if (converted.kind === "row" && read?.kind === "sample") rows.push(JSON.stringify(converted.row));
      else {
        const reason =
          converted.kind === "problem" ? converted.reason : read?.kind === "problem" ? read.problem.reason : "";
        problems.push(`record ${index + 1}: ${reason}`);
      }
    });
    for (const line of problems.slice(0, SHOWN)) console.error(line);
    if (problems.length > SHOWN) console.error(`… and ${problems.length - SHOWN} more.`);
    if (rows.length > 0) writeFileSync(out, `${rows.join("\n")}\n`);
    console.log(
      rows.length > 0
        ? `${out}: ${rows.length} rows, ${problems.length} records left out. Media root: ${format.media}.`
        : `No record of ${file} can be used as ${format.id}.`,
    );
    return Promise.resolve(rows.length > 0 ? 0 : 1);
  },
};

/** Lines that are no JSON come as text, which every format refuses. @throws UsageError for a file that cannot be read. */
function recordsOf(file: string): unknown[] {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  const parsed = (line: string): unknown => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return line;
    }
  };
  if (content.trimStart().startsWith("[")) {
    const whole = parsed(content);
    return Array.isArray(whole) ? (whole as unknown[]) : [whole];
  }
  return content
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parsed);
}
