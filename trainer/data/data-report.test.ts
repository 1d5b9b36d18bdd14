import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { DataReport, LISTED_DATA_ERRORS } from "./data-report.ts";
import { Journal } from "../run/journal.ts";

it("lists each problem once, then counts, and tells the exact number at the end, also over a resume", async () => {
  const folder = mkdtempSync(join(tmpdir(), "secondlook-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const events = () =>
    readFileSync(join(folder, "journal.0.ndjson"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; message?: string });
  const problem = (row: number) => ({ file: "rows.json", place: `row ${row}`, reason: "no video", remedy: "Add it." });
  for (const attempt of [1, 2]) {
    const journal = await Journal.open(folder);
    const report = new DataReport(journal, () => undefined);
    for (let row = 0; row < LISTED_DATA_ERRORS + 234; row++) {
      report.add(problem(row));
      report.add(problem(row));
    }
    report.finish();
    journal.close();
    expect(events().filter(({ type }) => type === "data_error")).toHaveLength(LISTED_DATA_ERRORS);
    const notices = events().filter(({ type }) => type === "notice");
    expect(notices).toHaveLength(attempt * 4);
    expect(notices.at(-1)!.message).toContain("and 234 more were found");
  }
});
