/** The report for a terminal. */
import type { DatasetDetail, ValueCount } from "../../contract/methods.ts";
import { table } from "../terminal.ts";

const number = (value: number): string => value.toLocaleString("en-US");

export function reportText(detail: DatasetDetail): string {
  const { report, media } = detail;
  const parts = [
    `${detail.name}: ${number(report.rows)} rows can be used, ${number(report.badRows)} cannot (read in ${report.seconds.toFixed(1)} s)`,
    `file ${detail.file}, media under ${detail.mediaRoot}`,
    `media: ${number(media.total)} files; ${number(media.missing)} missing, ${number(media.decodable)} decoded well, ` +
      `${number(media.undecodable)} cannot be decoded, ${number(media.present)} there and not decoded yet`,
    `twice: ${number(report.duplicates.rows)} rows repeat an earlier one, ${number(report.duplicates.ids)} have its name, ` +
      `${number(report.duplicates.media)} media have another one's content`,
  ];
  if (detail.stale) parts.push(detail.stale);
  if (report.published) {
    parts.push("", `Compared with ${report.published.name} as published:`, publishedTable(detail));
  } else {
    parts.push("", counts("problem type", report.problemTypes), "", counts("data type", report.dataTypes));
    parts.push("", counts("source", report.sources.slice(0, 30)));
  }
  if (report.reasons.length > 0) parts.push("", reasons(detail));
  return parts.join("\n");
}

const counts = (title: string, values: readonly ValueCount[]): string =>
  table(
    [title, "rows"],
    values.map(({ value, rows }) => [value || "(none)", number(rows)]),
  );

function publishedTable({ report }: DatasetDetail): string {
  const rows = report.published!.counts.map(({ kind, value, rows, published }) => {
    const difference = rows - published;
    return [
      kind,
      value,
      number(rows),
      number(published),
      difference === 0 ? "" : `${difference > 0 ? "+" : ""}${number(difference)}`,
    ];
  });
  return table(["", "", "here", "published", "difference"], rows);
}

function reasons({ report }: DatasetDetail): string {
  const lines = report.reasons.slice(0, 20).map(({ field, reason, remedy, rows, firstRow, unusable }) => {
    const where = `${field === null ? "" : `field ${field}: `}${reason}`;
    return `  ${number(rows)} ${unusable ? "unusable" : "changed"} (first: row ${firstRow}): ${where}. ${remedy}`;
  });
  const more = report.reasons.length > 20 ? [`  … and ${report.reasons.length - 20} other reasons`] : [];
  return ["What is wrong with rows:", ...lines, ...more].join("\n");
}
