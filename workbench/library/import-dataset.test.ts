import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryData } from "../testing/temporary.ts";
import { importAndRegister } from "./register-import.ts";
import { detailOf } from "./dataset-detail.ts";
import { summariseDataset } from "./dataset-summaries.ts";
import { openRows } from "./rows-database.ts";
import type { DatasetDetail } from "../../contract/methods.ts";

const row = (id: unknown, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  problem_id: id,
  problem: `What moves in clip ${String(id)}?`,
  data_type: "video",
  problem_type: "multiple choice",
  options: ["A. the ball", "B. nothing"],
  solution: "<answer>A</answer>",
  path: `./clips/${String(id)}.mp4`,
  data_source: "mine",
  ...more,
});

/** What an import of this content says; `media` are files under the media root. */
function importContent(content: string | Buffer, media: readonly string[] = []): DatasetDetail & { data: string } {
  const data = temporaryData();
  const file = join(data, "rows.json");
  writeFileSync(file, content);
  const mediaRoot = join(data, "media");
  mkdirSync(join(mediaRoot, "clips"), { recursive: true });
  for (const name of media) writeFileSync(join(mediaRoot, name), "content");
  const dataset = importAndRegister(data, { name: "rows", file, mediaRoot }, () => undefined);
  return { ...detailOf(data, dataset, summariseDataset(data, dataset)), data };
}

describe("an import", () => {
  it("counts rows by problem type, data type and source, and media that are there or missing", () => {
    const image = row(3, {
      data_type: "image",
      problem_type: "OCR",
      options: null,
      path: "x.png",
      data_source: "other",
    });
    const detail = importContent(JSON.stringify([row(1), row(2), image]), ["clips/1.mp4", "x.png"]);
    expect(detail).toMatchObject({ rows: 3, badRows: 0, images: 1, videos: 2, withTraces: 0, stale: null });
    expect(detail.report.problemTypes).toEqual([
      { value: "multiple choice", rows: 2 },
      { value: "OCR", rows: 1 },
    ]);
    expect(detail.report.sources.map(({ value, rows }) => [value, rows])).toEqual([
      ["mine", 2],
      ["other", 1],
    ]);
    expect(detail.media).toEqual({ total: 3, present: 2, missing: 1, decodable: 0, undecodable: 0 });
    expect(detail.report.published).toBeNull();
  });

  it("never takes a file outside the media root for one of its media", () => {
    const data = temporaryData();
    const root = join(data, "media");
    mkdirSync(join(root, "in"), { recursive: true });
    mkdirSync(join(data, "outside"));
    writeFileSync(join(data, "outside", "1.mp4"), "secret");
    writeFileSync(join(root, "in", "2.mp4"), "mine");
    symlinkSync(join(data, "outside"), join(root, "clips"));
    symlinkSync(join(data, "outside", "1.mp4"), join(root, "3.mp4"));
    symlinkSync(join(root, "in", "2.mp4"), join(root, "4.mp4"));
    const file = join(data, "rows.jsonl");
    const paths = ["clips/1.mp4", "in/2.mp4", "3.mp4", "4.mp4"];
    writeFileSync(file, paths.map((path, index) => JSON.stringify(row(index, { path }))).join("\n"));
    const dataset = importAndRegister(data, { name: "links", file, mediaRoot: root }, () => undefined);
    const media = openRows(data, dataset.id);
    expect(media.prepare("SELECT path FROM media WHERE state = 1 ORDER BY path").pluck().all()).toEqual([
      "3.mp4",
      "clips/1.mp4",
    ]);
    media.close();
  });

  it("finds rows that stand twice and gives a taken name to nobody else", () => {
    const detail = importContent(
      JSON.stringify([row(1), row(1), row(2, { problem: row(1)["problem"], path: "./clips/1.mp4" })]),
    );
    expect(detail.report.duplicates).toEqual({ ids: 1, rows: 2, media: 0 });
    expect(detail.report.reasons).toMatchObject([{ field: "problem_id", rows: 1, firstRow: 2, unusable: false }]);
    const rows = openRows(detail.data, detail.id);
    expect(rows.prepare("SELECT id, repeats FROM rows ORDER BY row").raw().all()).toEqual([
      ["1", null],
      ["1#2", 1],
      ["2", 1],
    ]);
    rows.close();
  });

  it("says of each bad row its number, field, reason and remedy, and imports the others", () => {
    const bad = [
      row(1),
      row(2, { data_type: "audio" }),
      row(3, { problem: 7 }),
      row(4, { solution: "A" }),
      row(5, { path: "../../etc/passwd" }),
      row(6, { options: ["A. only"] }),
      row(7, { problem: "x".repeat(200_000) }),
      "text",
      null,
      row(8),
    ];
    const { report } = importContent(JSON.stringify(bad));
    expect([report.rows, report.badRows]).toEqual([2, 8]);
    expect(
      report.reasons.map(({ field, firstRow }) => [firstRow, field]).sort((a, b) => Number(a[0]) - Number(b[0])),
    ).toEqual([
      [2, "data_type"],
      [3, "problem"],
      [4, "solution"],
      [5, "path"],
      [6, "options"],
      [7, "problem"],
      [8, null],
      [9, null],
    ]);
    for (const reason of report.reasons) expect(reason.remedy).toMatch(/\.$/);
  });

  it("refuses a changed file's place in a run's words, but keeps what was read", () => {
    const detail = importContent(JSON.stringify([row(1)]));
    writeFileSync(detail.file, JSON.stringify([row(1), row(2)]));
    const { data, ...dataset } = detail;
    expect(summariseDataset(data, dataset)).toMatchObject({
      rows: 1,
      stale: expect.stringMatching(/was changed since/),
    });
  });
});

describe("hostile files", () => {
  const list = (rows: unknown[]): string => JSON.stringify(rows);
  const usable: readonly (readonly [
    name: string,
    content: string | Buffer,
    rows: number,
    bad: number,
    reason: RegExp,
  ])[] = [
    ["a truncated list", list([row(1), row(2)]).slice(0, -30), 1, 2, /not valid JSON|cut off/],
    ["a list cut off between two rows", list([row(1), row(2)]).slice(0, -1), 2, 1, /not closed with \]/],
    [
      "NaN",
      `[${JSON.stringify(row(1))}, ${JSON.stringify(row(2)).replace('"clips', "NaN").replace("2", "NaN")}]`,
      1,
      1,
      /not valid JSON/,
    ],
    [
      "deep nesting",
      `[${JSON.stringify(row(1))}, ${"[".repeat(200_000)}${"]".repeat(200_000)}]`,
      1,
      1,
      /expected object/,
    ],
    [
      "deep nesting in a field",
      list([row(1)]).replace("}]", `,"x":${"[".repeat(5000)}${"]".repeat(5000)}},${JSON.stringify(row(2))}]`),
      1,
      1,
      /nested more than/,
    ],
    [
      "a row of 9 MB",
      `[${JSON.stringify(row(1))}, {"problem": "${"x".repeat(9e6)}"}, ${JSON.stringify(row(2))}]`,
      2,
      1,
      /longer than 8 MB/,
    ],
    [
      "a string that never ends",
      `${JSON.stringify(row(1))}\n{"problem": "never\n${JSON.stringify(row(2))}`,
      2,
      1,
      /not valid JSON/,
    ],
    [
      "bytes that are not UTF-8",
      Buffer.concat([
        Buffer.from(`[${JSON.stringify(row(1))}, {"problem": "`),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from(`"}]`),
      ]),
      1,
      1,
      /not UTF-8/,
    ],
    ["a byte order mark and CRLF", `\ufeff${JSON.stringify(row(1))}\r\n${JSON.stringify(row(2))}\r\n`, 2, 0, /^$/],
    ["missing commas' other half", `[${JSON.stringify(row(1))},,${JSON.stringify(row(2))}]`, 2, 1, /not valid JSON/],
  ];
  it.each(usable)("%s: costs only its rows", (_name, content, rows, bad, reason) => {
    const { report } = importContent(content);
    expect([report.rows, report.badRows]).toEqual([rows, bad]);
    if (bad > 0) expect(report.reasons.map((one) => one.reason).join("; ")).toMatch(reason);
  });

  const refused: readonly (readonly [name: string, content: string | Buffer, reason: RegExp])[] = [
    ["an empty file", "", /it is empty/],
    ["white space", " \n\n ", /holds no row/],
    ["an object instead of a list", JSON.stringify({ results: [row(1)] }), /rows under "results".*jq '\.results'/],
    [
      "an object over many lines",
      JSON.stringify({ results: [row(1), row(2)] }, null, 2),
      /neither a JSON list of rows/,
    ],
    ["prose", "There was once\na file that held\nno rows.\n".repeat(50), /neither a JSON list of rows/],
    ["numbers one a line", "1\n2\n3\n", /neither a JSON list of rows/],
    ["UTF-16", Buffer.from(`\ufeff${JSON.stringify([row(1)])}`, "utf16le"), /UTF-16.*iconv/],
    [
      "a picture",
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2, 3]),
      /neither a JSON list of rows/,
    ],
  ];
  it.each(refused)("%s: is refused with the file's name and what to do", (_name, content, reason) => {
    expect(() => importContent(content)).toThrow(reason);
    expect(() => importContent(content)).toThrow(/rows\.json/);
  });

  it("refuses folders and files that are not there", () => {
    const data = temporaryData();
    const attempt = (file: string) => () =>
      importAndRegister(data, { name: "x", file, mediaRoot: data }, () => undefined);
    expect(attempt(data)).toThrow(/it is a folder/);
    expect(attempt(join(data, "nowhere.json"))).toThrow(/it is not there/);
    expect(() =>
      importAndRegister(data, { name: "x", file: "x", mediaRoot: join(data, "nowhere") }, () => undefined),
    ).toThrow(/is no folder/);
  });

  it("counts all problems, keeps ten thousand, and stays small", () => {
    const before = process.memoryUsage().rss;
    const { report, data, id } = importContent(`${JSON.stringify(row(1))}\n${"{}\n".repeat(15_000)}`);
    expect([report.rows, report.badRows]).toEqual([1, 15_000]);
    expect(report.reasons).toHaveLength(1);
    const rows = openRows(data, id);
    expect(rows.prepare("SELECT count(*) FROM problems").pluck().get()).toBe(10_000);
    rows.close();
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
  });
});
