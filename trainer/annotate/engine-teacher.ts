/** A checkpoint on our own engine as the teacher. */
import type { Engine, Model } from "../../native/types.ts";
import type { PromptTemplate } from "../../science/prompts.ts";
import { seedOf } from "../../science/rng.ts";
import { viewOf } from "../../science/views.ts";
import type { LoadedSample } from "../data/dataset.ts";
import { Prompter } from "../data/prompting.ts";
import { loadTokenizer } from "../data/tokens.ts";
import type { Teacher, TeacherSampling } from "./teacher.ts";

/** @throws Error when the checkpoint cannot be loaded or its tokenizer does not fit. */
export async function engineTeacher(
  engine: Engine,
  directory: string,
  template: PromptTemplate,
  sampling: TeacherSampling,
): Promise<Teacher> {
  const model = await engine.load(directory, { dtype: "float32", trainable: false });
  const prompter = new Prompter(await loadTokenizer(directory), template);
  prompter.checkModel(model, directory);
  return {
    identity: `checkpoint ${directory}`,
    answer: (batch, signal) => answer(model, prompter, batch, sampling, signal),
    dispose: () => model.dispose(),
  };
}

/** Each row has its own random stream, whatever stands beside it. */
async function answer(
  model: Model,
  prompter: Prompter,
  batch: readonly LoadedSample[],
  { samples, temperature, topP, maxTokens, seed }: TeacherSampling,
  signal: AbortSignal,
): Promise<string[][]> {
  const prepared = await Promise.all(
    batch.map(({ sample, clip }) => {
      const view = viewOf("ordered", clip.frames.length, { runSeed: seed, step: 0, sampleId: sample.id });
      return prompter.prepare(model, sample, clip, view);
    }),
  );
  try {
    const groups = await model.generate(
      prepared.map(({ prompt }) => prompt),
      {
        n: samples,
        signal,
        streams: batch.map(({ sample }) => seedOf("annotation", sample.id)),
        sampling: {
          ...(temperature === 0 ? { greedy: true } : { temperature, topP }),
          maxTokens,
          stopIds: prompter.stopIds,
          bannedIds: prompter.bannedIds,
          seed: seedOf("annotation", seed),
        },
      },
    );
    return groups.map(({ completions }) => completions.map(({ ids }) => prompter.completionText(ids)));
  } finally {
    for (const { media } of prepared) media.dispose();
  }
}
