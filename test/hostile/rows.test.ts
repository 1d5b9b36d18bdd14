/** Data files from strangers: bad rows become problems with file, place, reason and remedy; good ones are used. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadSamples, type LoadedSamples } from "../../trainer/data/samples.ts";
import { refusalOf } from "./expect-refusal.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

const good = {
  problem_id: 1,
  problem: "Where does it go?",
  data_type: "video",
  problem_type: "multiple choice",
  options: ["A. left", "B. right"],
  solution: "<answer>A</answer>",
  path: "a.mp4",
};
const second = { ...good, problem_id: 2 };
const json = (value: unknown): string => JSON.stringify(value);

async function loadText(content: string | Buffer, name = "rows.json"): Promise<LoadedSamples> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const started = performance.now();
  const loaded = await loadSamples(path);
  expect(performance.now() - started, "milliseconds").toBeLessThan(15_000);
  for (const problem of loaded.problems) {
    expect(problem.file).toBe(path);
    for (const part of [problem.place, problem.reason, problem.remedy]) expect(part).not.toBe("");
    expect(problem.reason.length + problem.remedy.length).toBeLessThan(1000);
  }
  return loaded;
}

describe("one bad row costs only itself", () => {
  const rows: Record<string, [bad: string, field: string]> = {
    "a number where text is due": [json({ ...good, problem: 5 }), "problem"],
    "a list where text is due": [json({ ...good, solution: ["<answer>A</answer>"] }), "solution"],
    "options that are text": [json({ ...good, options: "A. left" }), "options"],
    "options that are an object": [json({ ...good, options: { A: "left" } }), "options"],
    "options with null inside": [json({ ...good, options: ["A. left", null] }), "options"],
    "an unknown problem type": [json({ ...good, problem_type: "riddle" }), "problem_type"],
    "an unknown data type": [json({ ...good, data_type: "audio" }), "data_type"],
    "a name that is null": [json({ ...good, problem_id: null }), "problem_id"],
    "a name that is an infinite number": [json(good).replace(":1,", ":1e999,"), "problem_id"],
    "NaN, as Python writes it": [json(good).replace(":1,", ":NaN,"), ""],
    "Infinity, as Python writes it": [json(good).replace(":1,", ":Infinity,"), ""],
    "a solution without an answer": [json({ ...good, solution: "A" }), "solution"],
    "a solution with an empty answer": [json({ ...good, solution: "<answer> </answer>" }), "solution"],
    "a question of a million characters": [json({ ...good, problem: "x".repeat(1e6) }), "problem"],
    "an option of a million characters": [json({ ...good, options: ["A", "B".repeat(1e6)] }), "options"],
    "a million options": [json({ ...good, options: new Array<string>(1e6).fill("A") }), "options"],
    "a path of a million characters": [json({ ...good, path: "x/".repeat(5e5) }), "path"],
    "a path out of the root": [json({ ...good, path: "../../etc/passwd" }), "path"],
    "nesting of 100000 levels": [`{"x":${"[".repeat(1e5)}${"]".repeat(1e5)},${json(good).slice(1)}`, ""],
    "unbalanced nesting": [`{"x":${"[".repeat(1000)}${"}".repeat(10)}`, ""],
    "a number": ["5", ""],
    null: ["null", ""],
    "a list": [json([good]), ""],
    "text that is no JSON": ["{oops}", ""],
    "single quotes": [json(good).replaceAll('"', "'"), ""],
    "a comma at the end of the row": [`${json(good).slice(0, -1)},}`, ""],
    "a control character in text": [json(good).replace("Where", "Whe\u0001re"), ""],
  };

  it.each(Object.keys(rows))("%s", async (name) => {
    const [bad, field] = rows[name]!;
    // In JSONL always; in an array where the row's brackets are balanced, so that the next row can be found.
    const texts = [`${json(good)}\n${bad}\n${json(second)}\n`];
    if (name !== "unbalanced nesting") texts.push(`[${json(good)},\n${bad},\n${json(second)}]`);
    for (const text of texts) {
      const { samples, problems } = await loadText(text);
      expect(samples.map((sample) => sample.id)).toEqual(["1", "2"]);
      expect(problems).toHaveLength(1);
      expect(problems[0]!.place).toBe(field === "" ? "row 2" : `row 2, field ${field}`);
    }
  });

  it("every field missing, one after the other", async () => {
    for (const field of ["problem_id", "problem", "data_type", "problem_type", "solution", "path"]) {
      const row = { ...good };
      Reflect.deleteProperty(row, field);
      const { problems } = await loadText(json([row]));
      expect(problems).toMatchObject([{ place: `row 1, field ${field}`, reason: "the field is missing" }]);
    }
  });

  it("keys of prototypes change nothing", async () => {
    const row = `{"__proto__":{"polluted":true,"problem":"x"},"constructor":{"prototype":{"polluted":1}},${json(good).slice(1)}`;
    const { samples } = await loadText(`[${row}]`);
    expect(samples.map((sample) => sample.question)).toEqual([good.problem]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf(samples[0]!.extra)).toBe(Object.prototype);
  });

  it("names that were given before are told apart, and it is said", async () => {
    const { samples, problems } = await loadText(
      json([good, { ...good, path: "b.mp4" }, { ...good, problem_id: "1" }]),
    );
    expect(samples.map((sample) => sample.id)).toEqual(["1", "1#2", "1#3"]);
    expect(problems.map((problem) => problem.place)).toEqual(["row 2, field problem_id", "row 3, field problem_id"]);
  });

  it("broken UTF-8 is refused, and a replacement character that was meant is not", async () => {
    const bytes = Buffer.from(json([good, { ...second, problem: "What? \u{1f600}" }]));
    const broken = Buffer.from(bytes);
    broken[bytes.indexOf(0xf0) + 1] = 0x22 + 0x80 + 0x50;
    const { samples, problems } = await loadText(broken);
    expect([samples.length, problems.length]).toEqual([1, 1]);
    expect(problems[0]).toMatchObject({ place: "row 2", reason: "it holds bytes that are not UTF-8" });
    expect((await loadText(json([{ ...good, problem: "\ufffd?" }]))).samples).toHaveLength(1);
  });

  it("lone surrogates pass or are refused, but never throw", async () => {
    const { samples, problems } = await loadText(`[${json(good).replace("Where", "\\ud800")}]`);
    expect(samples.length + problems.length).toBe(1);
  });
});

describe("whole files", () => {
  it("a byte order mark before either format is no part of the first row", async () => {
    for (const text of [json([good, second]), `${json(good)}\r\n${json(second)}\r\n`]) {
      const { samples, problems } = await loadText(`\ufeff${text}`);
      expect([samples.length, problems]).toEqual([2, []]);
    }
  });

  const others: Record<string, string | Buffer> = {
    "an empty file": "",
    "white space": " \n\n\t",
    "an object around the rows": JSON.stringify({ data: [good, second] }, null, 1),
    "text of 100000 lines": "not a row\n".repeat(1e5),
    "one number": "5",
    "a web page": "<!doctype html><html><body>404</body></html>",
    "a gzip file": Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 10, 7]),
    "UTF-16": Buffer.from(`\ufeff${json([good])}`, "utf16le"),
    "ten million brackets": "{".repeat(1e7),
  };
  it.each(Object.keys(others))("%s is one problem, not one a line", async (name) => {
    const { samples, problems } = await loadText(others[name]!);
    expect(samples).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.place).toBe("the whole file");
  });

  it("a million opening brackets of lists", async () => {
    const { samples, problems } = await loadText("[".repeat(1e6));
    expect(samples).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });

  it("a truncated array and a truncated JSONL lose only their last row", async () => {
    for (const text of [json([good, second]), `${json(good)}\n${json(second)}`]) {
      const { samples, problems } = await loadText(text.slice(0, -20));
      expect(samples.map((sample) => sample.id)).toEqual(["1"]);
      expect(problems).toMatchObject([{ place: "row 2" }]);
    }
  });

  it("JSONL with other things between the rows", async () => {
    const { samples, problems } = await loadText(`# rows\n${json(good)}\n\n[]\n"text"\n${json(second)}\n`);
    expect(samples).toHaveLength(2);
    expect(problems.map((problem) => problem.place)).toEqual(["row 1", "row 3", "row 4"]);
  });

  it("a missing file, a folder, a pipe and a device", async () => {
    mkdirSync(join(folder, "folder.json"));
    execFileSync("mkfifo", [join(folder, "pipe.json")]);
    for (const path of [
      join(folder, "nowhere.json"),
      join(folder, "folder.json"),
      join(folder, "pipe.json"),
      "/dev/zero",
    ]) {
      const error = await refusalOf(() => loadSamples(path));
      expect(error.message).toContain(path);
      expect(error.message).toMatch(/Correct its path .*\.$/);
    }
  });

  it("a file larger than JavaScript's longest text", async () => {
    const path = join(folder, "vast.json");
    execFileSync("truncate", ["-s", "3G", path]);
    expect((await refusalOf(() => loadSamples(path))).message).toContain("Split it");
  });
});
