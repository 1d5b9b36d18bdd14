/**
 * A data file in the published format with the published composition, its texts made up:
 * `node test/benchmarks/published-rows.ts FILE [--traces] [--rows N]`. The same bytes every time.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { publishedDatasets, type PublishedSource } from "../../workbench/library/published.ts";

interface Kind {
  readonly source: PublishedSource;
  readonly problemType: string;
  readonly rows: number;
}

const WORDS =
  "what which how many the a of in on does is after before video frame person object moves left right colour shape count angle graph value shown figure sphere collide enters scene person holds opens closes first last speed direction distance table chart line bar triangle radius degrees written text reads between".split(
    " ",
  );

/** Small, fast and the same everywhere. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** Sources by problem type. Of mixed sources only the totals over all of them are published: they are shared out alike. */
function kindsOf(sources: readonly PublishedSource[], totals: Readonly<Record<string, number>>): Kind[] {
  const known = sources.flatMap((source) =>
    Object.entries(source.problemTypes ?? {}).map(([problemType, rows]) => ({ source, problemType, rows })),
  );
  const mixed = sources.filter((source) => source.mixed !== undefined);
  const open = new Map(
    Object.entries(totals).map(([type, rows]) => {
      return [type, rows - known.reduce((sum, kind) => sum + (kind.problemType === type ? kind.rows : 0), 0)];
    }),
  );
  const shared: Kind[] = [];
  mixed.forEach((source, place) => {
    let left = source.rows;
    source.mixed!.forEach((problemType, index) => {
      const openNow = open.get(problemType)!;
      const later = mixed.slice(place).reduce((sum, one) => sum + one.rows, 0);
      const rows = index === source.mixed!.length - 1 ? left : Math.floor((openNow * source.rows) / later);
      shared.push({ source, problemType, rows });
      open.set(problemType, openNow - rows);
      left -= rows;
    });
  });
  return [...known, ...shared];
}

export interface PublishedRowsOptions {
  /** Rows with a teacher's reasoning, as the CoT file has them. */
  readonly traces?: boolean;
  /** Fewer rows than the published file has, of the same composition. */
  readonly rows?: number;
  /** Media a folder; many rows share a clip, as questions do. */
  readonly rowsPerClip?: number;
}

/** Writes the file and returns its number of rows and bytes. */
export function writePublishedRows(file: string, options: PublishedRowsOptions = {}): { rows: number; bytes: number } {
  const dataset = publishedDatasets().find((one) => one.sources.length > 0)!;
  const kinds = kindsOf(dataset.sources, dataset.problemTypes);
  const total = dataset.rows;
  const wanted = Math.min(options.rows ?? (options.traces ? 165_575 : total), total);
  const random = randomNumbers(2025);
  const text = (words: number): string => Array.from({ length: words }, () => WORDS[random(WORDS.length)]).join(" ");
  // Which kind a place belongs to; places are visited in steps that share no factor with their number.
  const ends: number[] = [];
  for (const kind of kinds) ends.push((ends.at(-1) ?? 0) + kind.rows);
  const stride = 100_003;
  const output = openSync(file, "w");
  let bytes = 0;
  let buffer = "[\n";
  const flush = (): void => {
    bytes += writeSync(output, buffer);
    buffer = "";
  };
  for (let row = 0; row < wanted; row++) {
    const place = (row * stride) % total;
    const index = ends.findIndex((end) => place < end);
    const record = makeRow(row + 1, kinds[index]!, place, text, random, options);
    buffer += `${row === 0 ? "" : ",\n"}${JSON.stringify(record)}`;
    if (buffer.length > 1 << 20) flush();
  }
  buffer += "\n]\n";
  flush();
  closeSync(output);
  return { rows: wanted, bytes };
}

function makeRow(
  id: number,
  { source, problemType }: Kind,
  place: number,
  text: (words: number) => string,
  random: (below: number) => number,
  options: PublishedRowsOptions,
): Record<string, unknown> {
  const isVideo = source.dataType === "video";
  const splits = Object.entries(source.splits ?? {});
  let split = "";
  let rest = place % source.rows;
  for (const [name, rows] of splits) {
    if (split === "" && rest < rows) split = name;
    else rest -= rows;
  }
  const letters = ["A", "B", "C", "D"];
  const answers: Readonly<Record<string, () => string>> = {
    "multiple choice": () => letters[random(4)]!,
    numerical: () => String(random(1000) / 10),
    regression: () => String(random(10_000) / 100),
    OCR: () => text(4 + random(12)),
    "free-form": () => text(8 + random(30)),
  };
  const clip = Math.floor(place / (options.rowsPerClip ?? (isVideo ? 3 : 1)));
  const folder = isVideo ? source.folder : `${source.folder}/${source.name}`;
  const name = `${split ? `${split}/` : ""}${String(clip).padStart(7, "0")}.${isVideo ? "mp4" : "jpg"}`;
  return {
    problem_id: id,
    problem: `${text(12 + random(40))}?`,
    data_type: source.dataType,
    problem_type: problemType,
    options: problemType === "multiple choice" ? letters.map((letter) => `${letter}. ${text(3 + random(6))}`) : [],
    ...(options.traces ? { process: `<think>${text(120 + random(160))}</think>` } : {}),
    solution: `<answer>${answers[problemType]!()}</answer>`,
    path: `./${folder}/${name}`,
    data_source: source.aliases?.includes("") ? "" : split ? `${source.name}/${split}` : source.name,
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file, ...rest] = process.argv.slice(2);
  if (file === undefined) {
    console.error("Usage: node test/benchmarks/published-rows.ts FILE [--traces] [--rows N]");
    process.exit(2);
  }
  const at = rest.indexOf("--rows");
  const rows = at === -1 ? {} : { rows: Number(rest[at + 1]) };
  const made = writePublishedRows(file, { traces: rest.includes("--traces"), ...rows });
  console.log(`${file}: ${made.rows} rows, ${made.bytes} bytes`);
}
