/**
 * `npm run bench -- serve [--threads 1,2] [--rounds N] [--only WORDS] [--json FILE]`: what the engine's scheduler and caches bring where many
 * questions are answered. Both ways of each row do the same work in turns in one process, and must give the same answers.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Engine,
  type LoadOptions,
  type Model,
  type Prompt,
  type Sampling,
  openEngine,
} from "../../native/index.ts";
import { median } from "./alternate.ts";
import { config, frameCount, noise, promptOf, range, vocabulary } from "./small-model.ts";

interface Way {
  readonly seconds: number;
  /** Of the processor: other jobs on the machine count less. */
  readonly processor: number;
  /** What was answered: the same both ways. */
  readonly answers: unknown;
}
interface Row {
  readonly name: string;
  readonly before: (round: number) => Promise<Way>;
  readonly after: (round: number) => Promise<Way>;
}

const AT_ONCE = 32;
/** One of 64 tokens ends an answer: they are 64 tokens long on average, and some are many times longer than others. */
const mixed: Sampling = { maxTokens: 256, stopIds: range(0, vocabulary / 64), seed: 1 };
const short: Sampling = { maxTokens: 16, stopIds: [], seed: 1 };

async function timed(work: () => Promise<unknown>): Promise<Way> {
  const used = process.cpuUsage();
  const begin = performance.now();
  const answers = await work();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - begin) / 1000, processor: (user + system) / 1e6, answers };
}

const idsOf = (groups: Awaited<ReturnType<Model["generate"]>>): number[][] =>
  groups.map(({ completions: [one] }) => [...one!.ids]);

/** Seven million weights instead of one: more than the caches of a core hold, so that few rows cost nearly as much as many. */
const larger = {
  ...config,
  hidden_size: 384,
  intermediate_size: 1056,
  num_attention_heads: 12,
  num_key_value_heads: 4,
  vision_config: { ...config.vision_config, out_hidden_size: 384 },
};

/** An evaluation: a batch at a time, each as long as its longest answer, or places that are filled again. */
async function refill(engine: Engine, shape: object, name: string, count: number): Promise<Row> {
  const model = await engine.initialise(shape, { seed: 1, trainable: false });
  const prompts = range(0, count).map((i): Prompt => ({ ids: Int32Array.from(range(100 + i, 80)), media: [] }));
  const streams = range(0, count);
  const ask = async (from: number, to: number): Promise<number[][]> => {
    const part = { sampling: mixed, n: 1, streams: streams.slice(from, to), rowsAtOnce: AT_ONCE };
    return idsOf(await model.generate(prompts.slice(from, to), part));
  };
  return {
    name: `${count} answers of mixed lengths, ${AT_ONCE} at once, ${name}`,
    before: () =>
      timed(async () => {
        const all: number[][] = [];
        for (let from = 0; from < count; from += AT_ONCE) all.push(...(await ask(from, from + AT_ONCE)));
        return all;
      }),
    after: () => timed(() => ask(0, count)),
  };
}

/** An endpoint or an open session: questions about one clip, one after the other, each with the clip's frames. */
async function oneClip(engine: Engine): Promise<Row> {
  const ask = async (options: LoadOptions): Promise<(round: number) => Promise<Way>> => {
    const model = await engine.initialise(config, { seed: 1, trainable: false, visionCacheBytes: 256e6, ...options });
    return (round) => {
      const frames = noise(2 * frameCount, 1000 + round); // a clip that was not asked about yet
      return timed(async () => {
        const all: number[][] = [];
        for (const question of range(0, 12)) {
          const media = await model.encode(frames, { kind: "video" });
          const prompt = promptOf(media);
          const ids = Int32Array.from([...prompt.ids, ...range(300 + 40 * question, 30)]);
          all.push(...idsOf(await model.generate([{ ids, media: [media] }], { n: 1, sampling: short })));
          media.dispose();
        }
        return all;
      });
    };
  };
  return {
    name: "12 questions about one clip, one after the other",
    before: await ask({}),
    after: await ask({ prefixCacheBytes: 512e6 }),
  };
}

/** The same clips in a later process: embedded again, or found in the folder. */
async function laterProcess(engine: Engine, folder: string): Promise<Row> {
  const frames = range(0, 16).map((i) => noise(frameCount, 5000 + i));
  const load = async (options: LoadOptions): Promise<Way> => {
    const model = await engine.initialise(config, { seed: 1, trainable: false, ...options });
    const way = await timed(async () => {
      const media = await Promise.all(frames.map((one) => model.encode(one, { kind: "video" })));
      const groups = await model.generate(media.map(promptOf), { n: 1, sampling: { ...short, maxTokens: 1 } });
      media.forEach((one) => one.dispose());
      return idsOf(groups);
    });
    model.dispose();
    return way;
  };
  await load({ visionCacheFolder: folder });
  return {
    name: "first tokens about 16 clips that an earlier process saw",
    before: () => load({}),
    after: () => load({ visionCacheFolder: folder }),
  };
}

async function rowsOf(engine: Engine, folder: string): Promise<Row[]> {
  return [
    await refill(engine, config, "small model", 192),
    await refill(engine, larger, "larger model", 64),
    await oneClip(engine),
    await laterProcess(engine, folder),
  ];
}

export async function benchServe(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      threads: { type: "string", default: "1" },
      rounds: { type: "string", default: "7" },
      only: { type: "string", default: "" },
      json: { type: "string" },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "secondlook-bench-"));
  const table: object[] = [];
  try {
    for (const threads of values.threads.split(",").map(Number)) {
      // As evaluations and sessions open it: answers do not depend on company.
      const engine = await openEngine({ threads, determinism: 2 });
      for (const row of (await rowsOf(engine, folder)).filter(({ name }) => name.includes(values.only))) {
        const pairs: [Way, Way][] = [];
        for (let round = 0; round <= Number(values.rounds); round++) {
          const before = await row.before(round);
          const after = await row.after(round);
          if (JSON.stringify(before.answers) !== JSON.stringify(after.answers))
            throw new Error(`${row.name}: the two ways gave different answers, which determinism 2 rules out.`);
          if (round > 0) pairs.push([before, after]); // the first is not counted
        }
        const of = (kind: "seconds" | "processor") => ({
          before: median(pairs.map(([way]) => way[kind])),
          after: median(pairs.map(([, way]) => way[kind])),
          ratio: median(pairs.map(([one, other]) => one[kind] / other[kind])),
        });
        const [wall, processor] = [of("seconds"), of("processor")];
        table.push({ name: row.name, threads, wall, processor });
        const cell = ({ before, after, ratio }: typeof wall): string =>
          `${(1000 * before).toFixed(0).padStart(6)} → ${(1000 * after).toFixed(0).padStart(6)} ms, ${ratio.toFixed(2)} times`;
        console.log(`${row.name.padEnd(62)} ${threads}t  wall ${cell(wall)};  processor ${cell(processor)}`);
      }
      engine.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(table, null, 2)}\n`);
}
