/** Scores as tables for papers and spreadsheets: every row names its protocol, and published rows their source. */

export interface ScoreRow {
  readonly benchmark: string;
  readonly model: string;
  readonly view: string;
  readonly metric: string;
  readonly n: number | null;
  /** Share, 0 to 1, or the metric's own unit. */
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly frames: number | null;
  readonly protocol: string;
  readonly promptHash: string;
  readonly temperature: string;
  readonly extraction: string;
  /** "measured here", or where a published number was read. */
  readonly source: string;
}

export const EXPORT_FORMATS = ["csv", "json", "latex"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const COLUMNS: readonly (keyof ScoreRow)[] = [
  "benchmark", "model", "view", "metric", "n", "value", "low", "high", "frames", "protocol", "promptHash", "temperature",
  "extraction", "source",
]; // prettier-ignore

export function exportScores(rows: readonly ScoreRow[], format: ExportFormat): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(rows, null, 2)}\n`;
    case "csv":
      return (
        [COLUMNS.join(","), ...rows.map((row) => COLUMNS.map((name) => csvField(row[name])).join(","))].join("\n") +
        "\n"
      );
    case "latex":
      return latexTable(rows);
  }
}

function csvField(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Models down, benchmarks across, percent with half the interval's width; published rows in italics. */
function latexTable(rows: readonly ScoreRow[]): string {
  const columns = [...new Set(rows.map((row) => `${row.benchmark} (${row.view})`))];
  const models = [...new Set(rows.map((row) => row.model))];
  const cell = (model: string, column: string): string => {
    const row = rows.find((one) => one.model === model && `${one.benchmark} (${one.view})` === column);
    if (row === undefined) return "--";
    const value = (100 * row.value).toFixed(1);
    if (row.low === null || row.high === null) return `\\textit{${value}}`;
    return `${value} {\\scriptsize $\\pm$ ${(50 * (row.high - row.low)).toFixed(1)}}`;
  };
  const notes = [...new Set(rows.map((row) => `${row.model}: ${row.protocol}; ${row.source}`))];
  return [
    "% Each number with its protocol and source:",
    ...notes.map((note) => `% ${note}`),
    `\\begin{tabular}{l${"r".repeat(columns.length)}}`,
    "\\toprule",
    `Model & ${columns.map(latexText).join(" & ")} \\\\`,
    "\\midrule",
    ...models.map((model) => `${latexText(model)} & ${columns.map((column) => cell(model, column)).join(" & ")} \\\\`),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

const LATEX: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}", "·": "$\\cdot$",
}; // prettier-ignore

const latexText = (text: string): string => text.replace(/[\\~^&%$#_{}·]/g, (sign) => LATEX[sign]!);
