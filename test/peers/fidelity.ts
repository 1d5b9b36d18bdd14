/**
 * What our engine says of a checkpoint, for another implementation to check:
 * `node test/peers/fidelity.ts MODEL ROWS.json MEDIA_ROOT OUT [COUNT]`, then `python test/peers/fidelity.py MODEL OUT`.
 * Writes for COUNT (20) questions: the frames' pixels, the prompt's ids, the greedy completion and its log-probabilities.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openEngine } from "../../native/index.ts";
import { chooseItems } from "../../science/evaluation/choose.ts";
import { PROTOCOL_PRESETS } from "../../science/evaluation/protocol.ts";
import type { PromptTemplate } from "../../science/prompts.ts";
import { viewOf } from "../../science/views.ts";
import { ClipLoader } from "../../trainer/media/clips.ts";
import { FrameStore } from "../../trainer/media/frame-store.ts";
import { Prompter } from "../../trainer/data/prompting.ts";
import { loadSamples } from "../../trainer/data/samples.ts";
import { loadTokenizer } from "../../trainer/data/tokens.ts";

const [modelFolder, rows, mediaRoot, out, count = "20"] = process.argv.slice(2);
if (!modelFolder || !rows || !mediaRoot || !out) {
  console.error("Usage: node test/peers/fidelity.ts MODEL ROWS.json MEDIA_ROOT OUT [COUNT]");
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const { protocol } = PROTOCOL_PRESETS["sample-pack"]!;
const engine = await openEngine({ seed: 0, determinism: 2, threads: 1 });
const model = await engine.load(resolve(modelFolder), { trainable: false, positionRule: protocol.positionRule });
const prompter = new Prompter(await loadTokenizer(resolve(modelFolder)), protocol.prompt as PromptTemplate);
const clips = new ClipLoader({
  engine,
  store: new FrameStore(join(out, "frames")),
  cacheFolder: join(out, "clips"),
  mediaRoot: resolve(mediaRoot),
  vision: protocol.vision,
});
const { samples } = await loadSamples(resolve(rows));
const videos = samples.filter(({ dataType }) => dataType === "video");
const cases = [];
for (const [index, sample] of chooseItems(videos, Number(count), 0).entries()) {
  const clip = await clips.load(sample);
  const view = viewOf("ordered", clip.frames.length, { runSeed: 0, step: 0, sampleId: sample.id });
  const { prompt, media } = await prompter.prepare(model, sample, clip, view);
  const [group] = await model.generate([prompt], {
    n: 1,
    sampling: {
      greedy: true,
      maxTokens: protocol.maxTokens,
      stopIds: prompter.stopIds,
      bannedIds: prompter.bannedIds,
      seed: 0,
    },
  });
  const { ids, logProbs } = group!.completions[0]!;
  writeFileSync(join(out, `${index}.rgb`), clip.pixels);
  cases.push({
    sample: sample.id,
    frames: clip.frames.length,
    height: clip.height,
    width: clip.width,
    grid: [...media.grid],
    secondsPerGrid: media.secondsPerGrid,
    prompt: [...prompt.ids],
    completion: [...ids],
    logProbs: [...logProbs],
    banned: prompter.bannedIds,
  });
  media.dispose();
}
writeFileSync(join(out, "cases.json"), JSON.stringify({ engine: engine.info, cases }));
console.log(
  `${cases.length} questions, ${cases.reduce((sum, one) => sum + one.completion.length, 0)} tokens in ${out}`,
);
model.dispose();
engine.dispose();
