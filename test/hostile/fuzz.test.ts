/**
 * Seeded fuzzing of everything that reads what a file or a model wrote: no throw, no hang, answers in their ranges.
 * `SECONDLOOK_FUZZ_CASES` sets the number of cases; a failure names the seed and the case.
 */
import { expect, it } from "vitest";
import { findCorrections } from "../../science/aha.ts";
import { extractAnswer, extractForEvaluation, extractThink, parseFloatStrictly, strip } from "../../science/answers.ts";
import { PROBLEM_TYPES, readSamples } from "../../science/records.ts";
import { accuracyReward } from "../../science/rewards/accuracy.ts";
import { formatReward } from "../../science/rewards/format.ts";
import { parseLine } from "../../workbench/store/parse-line.ts";

const CASES = Number(process.env["SECONDLOOK_FUZZ_CASES"] ?? 20_000);
const SEED = Number(process.env["SECONDLOOK_FUZZ_SEED"] ?? 1);
/** Far above any case's usual time, for a machine that is busy with other things. */
const CASE_LIMIT_MS = 10_000;
/** Processor time for 200,000 characters of one kind: quadratic time takes many times that. */
const LONGEST_MS = 1500;
const LIMIT_MS = Math.max(60_000, CASES * 3);

/** Mulberry32: small, fast, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = generator(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** Pieces one after the other; now and then one of them very often. */
  text(pieces: readonly string[]): string {
    if (this.below(50) === 0) return this.pick(pieces).repeat(this.below(20_000)) + this.pick(pieces);
    return Array.from({ length: this.below(24) }, () =>
      this.below(8) === 0 ? String.fromCharCode(this.below(65_536)) : this.pick(pieces),
    ).join("");
  }
}

const TAGS = ["<think>", "</think>", "<answer>", "</answer>"];
const ANSWERS = [
  "A",
  "B.",
  "1",
  "-3.5",
  "1,000",
  "1_0",
  "1e9",
  "1e999",
  "nan",
  "inf",
  "%",
  "½",
  "٣",
  "a b c",
  "running",
];
const SPACES = [" ", "\n", "\t", "\u00a0", "\u3000", "\x1c", "\ufeff", "\0"];
const SPEECH = ["wait, ", "so it is (B) ", "the answer is 4 ", "answer: ", "check again", "no, that's wrong", "1", "."];
const COMPLETION = [...TAGS, ...TAGS, ...ANSWERS, ...SPACES, ...SPEECH];
const JSON_PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\\u",
  "\n",
  "null",
  "1e999",
  "NaN",
  '"problem"',
  '"path"',
  "5",
  " ",
];

const FIELDS = {
  problem_id: [1, "x", null, 1e308, {}, "", -0],
  problem: ["What?", "", 5, null, ["x"], "<|video_pad|>", "\ud800"],
  data_type: ["video", "image", "audio", null],
  problem_type: [...PROBLEM_TYPES, "riddle", 0],
  options: [["A. x", "B. y"], [], null, "A", [1], {}],
  process: ["<think>x</think>", null, 5, ""],
  solution: ["<answer>A</answer>", "<answer></answer>", "A", null, {}],
  path: ["a.mp4", "../a", "/a", "", "\\", ".", "a//b", null, "a\0"],
  data_source: ["pack", null, 5, [], "__proto__"],
  extra: [1, {}, [[]], "__proto__"],
  __proto__: [1],
} as const;

/** JSON of a row with some of its fields right, some wrong, some missing; now and then damaged. */
function rowText(chance: Chance): string {
  const fields = Object.entries(FIELDS).filter(() => chance.below(12) > 0);
  const members = fields.map(([name, values]) => {
    const value: unknown = chance.below(3) === 0 ? chance.pick<unknown>(values) : values[0];
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  });
  const text = `{${members.join(",")}}`;
  if (chance.below(3) > 0) return text;
  const at = chance.below(text.length);
  return text.slice(0, at) + chance.text(JSON_PIECES) + text.slice(at + chance.below(10));
}

function fileText(chance: Chance): string {
  if (chance.below(4) === 0) return chance.text(JSON_PIECES);
  const rows = Array.from({ length: 1 + chance.below(4) }, () => rowText(chance));
  return chance.below(2) === 0 ? `[${rows.join(",")}]` : rows.join("\n");
}

/** Runs one case a seed; what a case throws or how long it takes is said with its number and its input. */
function fuzz(input: (chance: Chance) => string, check: (text: string, chance: Chance) => void): void {
  for (let number = 0; number < CASES; number++) {
    const chance = new Chance(SEED * 1_000_003 + number);
    const text = input(chance);
    const started = performance.now();
    try {
      check(text, chance);
    } catch (error) {
      throw new Error(`Case ${number} of seed ${SEED}: ${JSON.stringify(text.slice(0, 500))}`, { cause: error });
    }
    const took = performance.now() - started;
    if (took > CASE_LIMIT_MS) {
      throw new Error(`Case ${number} of seed ${SEED} took ${took} ms: ${JSON.stringify(text.slice(0, 200))}`);
    }
  }
}

function holdsAnswer(text: string): boolean {
  const open = text.indexOf("<answer>");
  return open !== -1 && text.includes("</answer>", open + "<answer>".length);
}

/** Quicker than expect(), which would take most of the time here. */
function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

it(
  "completions: extraction, rewards and corrections",
  () => {
    fuzz(
      (chance) => chance.text(COMPLETION),
      (text, chance) => {
        const answer = extractAnswer(text);
        demand(answer === strip(answer), "an answer is stripped");
        demand(answer === "" || text.includes(answer), "an answer stands in the text");
        demand(extractForEvaluation(text).fallback === !holdsAnswer(text), "the fallback is said");
        const think = extractThink(text);
        demand(think === null || text.slice(think.start, think.end) === think.text, "reasoning has its place");
        demand([0, 1].includes(formatReward(text)), "the format is 0 or 1");
        demand([0, 1].includes(formatReward(text, { strip: true, exactlyOnce: true })), "the strict format is 0 or 1");
        for (const span of findCorrections(text)) {
          demand(text.slice(span.start, span.end) === span.text, "a correction has its place");
        }
        const number = parseFloatStrictly(answer);
        demand(number === null || typeof number === "number", "a number is one");
        const short = text.slice(0, 2000);
        const truth = `<answer>${chance.pick(ANSWERS)}</answer>`;
        for (const type of PROBLEM_TYPES) {
          const reward = accuracyReward(type, short, truth);
          demand(reward >= 0 && reward <= 1, `the reward of ${type} lies in 0 .. 1, not ${reward}`);
          const reversed = accuracyReward(type, truth, short);
          demand(reversed >= 0 && reversed <= 1, `the reward of ${type} lies in 0 .. 1, not ${reversed}`);
        }
      },
    );
  },
  LIMIT_MS,
);

it(
  "records: every piece of a file is a sample or a problem with its parts",
  () => {
    fuzz(fileText, (text) => {
      const { samples, problems } = readSamples(text, "fuzz.json");
      demand(samples.length + problems.length > 0 || text.trim().startsWith("["), "nothing vanishes");
      for (const problem of problems) {
        const whole = problem.place !== "" && problem.reason !== "" && problem.remedy !== "" && problem.row >= 1;
        demand(whole, "a problem names place, reason and remedy");
      }
      for (const sample of samples) {
        demand(!sample.path.split("/").includes("..") && !sample.path.startsWith("/"), "a path stays inside");
        demand(sample.answer !== "" && sample.question !== "", "a sample is whole");
      }
      demand(new Set(samples.map((sample) => sample.id)).size === samples.length, "names are told apart");
    });
    expect(({} as Record<string, unknown>)["problem"]).toBeUndefined();
  },
  LIMIT_MS,
);

it(
  "journal lines: an event, an unknown one or a reason",
  () => {
    const types = ["step", "rollout", "group", "resume", "run_started", "__proto__", "mine"];
    fuzz(
      (chance) => {
        if (chance.below(3) === 0) return chance.text(JSON_PIECES);
        const members = [`"v":1,"attempt":1,"seq":0,"time":1,"type":"${chance.pick(types)}"`];
        for (const name of ["step", "metrics", "timings", "tokens", "stage", "reward"]) {
          if (chance.below(2) === 0)
            members.push(`"${name}":${chance.pick(["1", "{}", "null", '"x"', "[]", "1e999"])}`);
        }
        return `{${members.join(",")}}`.slice(0, chance.below(5) === 0 ? chance.below(60) : undefined);
      },
      (text) => {
        const parsed = parseLine(text);
        demand(parsed.kind !== "bad" || parsed.reason !== "", "a bad line has a reason");
      },
    );
  },
  LIMIT_MS,
);

it("the longest texts of one kind take no more than linear time", () => {
  const pieces = [
    ...COMPLETION,
    "<answer> ",
    "</think> ",
    "</think><answer>",
    "1_",
    "answer: 1",
    "<think><think>",
    "So it is B. ",
    "so ",
  ];
  for (const piece of pieces) {
    const text = `<think><answer>${piece.repeat(Math.ceil(200_000 / piece.length))}x`;
    // Of this process alone: a busy machine is no reason.
    const before = process.cpuUsage();
    extractAnswer(text);
    extractAnswer(`${text}</answer>`);
    extractForEvaluation(text);
    extractThink(text);
    findCorrections(`${text}</think>`);
    formatReward(`${text}</answer>`, { strip: true, exactlyOnce: true });
    parseFloatStrictly(text.slice("<think><answer>".length));
    expect(process.cpuUsage(before).user / 1000, JSON.stringify(piece)).toBeLessThan(LONGEST_MS);
  }
});
