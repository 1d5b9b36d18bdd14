/**
 * Entry of `secondlook annotate`: `node trainer/annotate-main.ts --data DIR --input FILE --media-root DIR --output FILE …`.
 * Exit codes: 0 done, 1 failed, 2 wrong usage, 3 stopped before its end (the same command goes on).
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DATA_FOLDER } from "../contract/run-folder.ts";
import { openEngine } from "../native/index.ts";
import { KEEP_ABOVE } from "../science/annotation.ts";
import { promptHash } from "../science/prompts.ts";
import { recipeById } from "../science/recipes/index.ts";
import type { RlStageSettings, Settings } from "../science/settings.ts";
import { annotateRows, logPath } from "./annotate/annotate.ts";
import { endpointTeacher } from "./annotate/endpoint-teacher.ts";
import { engineTeacher } from "./annotate/engine-teacher.ts";
import { ClipLoader } from "./media/clips.ts";
import { FrameStore } from "./media/frame-store.ts";
import { loadSamples } from "./data/samples.ts";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const text = { type: "string" } as const;
const OPTIONS = {
  data: text,
  input: text,
  "media-root": text,
  output: text,
  model: text,
  endpoint: text,
  "endpoint-model": text,
  "video-as": text,
  recipe: text,
  preset: text,
  samples: text,
  temperature: text,
  "max-tokens": text,
  keep: text,
  rows: text,
  batch: text,
  seed: text,
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const needed = (name: keyof typeof OPTIONS): string => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`--${name} is missing.`);
    return value;
  };
  const number = (name: keyof typeof OPTIONS, otherwise: number, low: number, whole = true): number => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isFinite(value) || value < low || (whole && !Number.isInteger(value))) {
      throw new RangeError(
        `--${name} must be ${whole ? "a whole number" : "a number"} from ${low} up, not ${values[name]!}.`,
      );
    }
    return value;
  };
  const settings = recipeById(values.recipe ?? "video-r1").settings(values.preset ?? "tiny");
  const sampling = rolloutSampling(settings);
  const teaching = {
    samples: number("samples", 1, 1),
    temperature: number("temperature", sampling.temperature, 0, false),
    topP: sampling.topP,
    maxTokens: number("max-tokens", sampling.maxTokens, 1),
    seed: number("seed", 1, 0),
  };
  const [file, output] = [resolve(needed("input")), resolve(needed("output"))];
  const mediaRoot = resolve(needed("media-root"));
  const { samples, problems } = await loadSamples(file, mediaRoot);
  for (const { place, reason, remedy } of problems) say(`${file} (${place}): ${reason}. ${remedy}`);
  const limit = number("rows", 0, 0);
  const chosen = limit === 0 ? samples : samples.slice(0, limit);
  if (chosen.length === 0) throw new RangeError(`${file} holds no row that can be used.`);
  mkdirSync(dirname(output), { recursive: true });
  const frames = join(resolve(needed("data")), DATA_FOLDER.frames);
  const store = new FrameStore(frames);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const engine = await openEngine({ device: "auto", seed: teaching.seed, determinism: 1, ...threads() });
  try {
    const clips = new ClipLoader({
      engine,
      store,
      cacheFolder: join(frames, "clips"),
      mediaRoot,
      vision: settings.vision,
    });
    const videoAs = values["video-as"] ?? "frames";
    if (videoAs !== "frames" && videoAs !== "video") throw new RangeError("--video-as must be frames or video.");
    const teacher =
      values.endpoint === undefined
        ? await engineTeacher(engine, resolve(needed("model")), settings.prompt, teaching)
        : endpointTeacher(
            {
              address: values.endpoint,
              model: needed("endpoint-model"),
              key: process.env["SECONDLOOK_ENDPOINT_KEY"],
              videoAs,
              template: settings.prompt,
              store,
              mediaRoot,
            },
            teaching,
          );
    const end = await annotateRows({
      teacher,
      clips,
      samples: chosen,
      file,
      output,
      settings: { ...teaching, prompt: promptHash(settings.prompt), vision: settings.vision },
      batchSize: number("batch", values.endpoint === undefined ? 32 : 16, 1),
      keepAbove: number("keep", KEEP_ABOVE, 0, false),
      signal: stop.signal,
      say,
    });
    teacher.dispose();
    if (!end.done) {
      say(`Stopped after ${end.rows} of ${chosen.length} rows; the same command goes on.`);
      return 3;
    }
    say(`${output}: ${end.kept} of ${end.rows} rows kept. Everything that was said: ${logPath(output)}.`);
    if (end.withoutReasoning > 0) say(`${end.withoutReasoning} right answers came without <think> and were left out.`);
    if (end.failed > 0) say(`${end.failed} rows could not be asked; their reasons stand there too.`);
    return 0;
  } finally {
    engine.dispose();
  }
}

/** Teachers sample as rollouts do, unless told otherwise. */
function rolloutSampling({ stages }: Settings): RlStageSettings["sampling"] {
  const stage = stages.find((candidate): candidate is RlStageSettings => candidate.kind === "rl");
  return stage?.sampling ?? { temperature: 1, topP: 0.95, topK: 0, maxTokens: 512 };
}

function threads(): { threads?: number } {
  const wanted = Number(process.env["SECONDLOOK_THREADS"] ?? 0);
  return Number.isInteger(wanted) && wanted > 0 ? { threads: wanted } : {};
}

try {
  process.exitCode = await main();
} catch (error) {
  say((error as Error).message);
  process.exitCode = error instanceof RangeError || error instanceof TypeError ? 2 : 1;
}
