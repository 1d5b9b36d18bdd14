/**
 * Asks a policy: samples under one view, one completion each. Measurements inside a run and evaluations of checkpoints
 * both go through here, so that under one protocol they give the same numbers.
 */
import type { Media, Model, Prompt, StopReason } from "../../native/types.ts";
import { ANSWERING_BYTES, answersInLine, answersTogether } from "../../science/memory/answering.ts";
import { seedOf } from "../../science/rng.ts";
import { MERGED_PATCH } from "../../science/vision.ts";
import { viewOf, type MeasuredView, type View } from "../../science/views.ts";
import type { LoadedSample } from "../data/dataset.ts";
import type { Prompter } from "../data/prompting.ts";

export interface AnswerOptions {
  readonly prompter: Prompter;
  /** 0: greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  /** Of shuffles and sampling. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** What answers that are written at once may take of memory; default {@link ANSWERING_BYTES}. */
  readonly memoryBytes?: number;
  /** Clips that several models are shown, or several questions: encoded once, disposed of by whoever gave this. */
  readonly shared?: SharedMedia;
}

/** Media by what they show: content of the clip and order of its frames. */
export type SharedMedia = Map<string, Media>;

export interface Answer {
  /** Without the end mark. */
  readonly text: string;
  readonly tokens: number;
  readonly stopReason: StopReason;
  /** Sum over the completion's tokens, raw softmax at temperature 1, nats. */
  readonly logProb: number;
}

/** Answers in the samples' order. Each depends on its sample alone, not on what it is asked together with. */
export async function answerSamples(
  policy: Model,
  loaded: readonly LoadedSample[],
  viewName: MeasuredView,
  options: AnswerOptions,
): Promise<Answer[]> {
  const tokensOf = ({ clip }: LoadedSample): number =>
    Math.ceil(clip.frames.length / 2) * (clip.width / MERGED_PATCH) * (clip.height / MERGED_PATCH);
  const visualTokens = viewName === "question-only" ? 0 : Math.max(0, ...loaded.map(tokensOf));
  const shape = { visualTokens, maxTokens: options.maxTokens };
  const together = answersTogether(policy.config, shape, options.memoryBytes ?? ANSWERING_BYTES);
  const inLine = answersInLine(policy.config, shape, together);
  const answers: Answer[] = [];
  for (let from = 0; from < loaded.length; from += inLine) {
    answers.push(...(await answerPart(policy, loaded.slice(from, from + inLine), viewName, together, options)));
  }
  return answers;
}

async function answerPart(
  policy: Model,
  loaded: readonly LoadedSample[],
  viewName: MeasuredView,
  together: number,
  options: AnswerOptions,
): Promise<Answer[]> {
  const { prompter, temperature, topP, maxTokens, seed, signal, shared } = options;
  const own: Media[] = [];
  const prepare = async ({ sample, clip }: LoadedSample): Promise<{ prompt: Prompt }> => {
    if (viewName === "question-only") return prompter.questionOnly(sample);
    const view = viewOf(viewName, clip.frames.length, { runSeed: seed, step: 0, sampleId: sample.id });
    const key = shownBy(clip.contentHash, view);
    const prepared = await prompter.prepare(policy, sample, clip, view, shared?.get(key));
    if (shared === undefined) own.push(prepared.media);
    else shared.set(key, prepared.media);
    return prepared;
  };
  const prepared: { prompt: Prompt }[] = [];
  // One after the other: the second question about a clip finds it encoded.
  for (const one of loaded) prepared.push(await prepare(one));
  try {
    const groups = await policy.generate(
      prepared.map(({ prompt }) => prompt),
      {
        n: 1,
        rowsAtOnce: together,
        ...(signal === undefined ? {} : { signal }),
        streams: loaded.map(({ sample }) => seedOf("evaluation", sample.id)),
        sampling: {
          ...(temperature === 0 ? { greedy: true } : { temperature, topP }),
          maxTokens,
          stopIds: prompter.stopIds,
          bannedIds: prompter.bannedIds,
          seed: seedOf("evaluation", seed, viewName),
        },
      },
    );
    return groups.map(({ completions: [completion] }) => ({
      text: prompter.completionText(completion!.ids),
      tokens: completion!.ids.length,
      stopReason: completion!.stopReason,
      logProb: completion!.logProbs.reduce((sum, value) => sum + value, 0),
    }));
  } finally {
    for (const media of own) media.dispose();
  }
}

const shownBy = (contentHash: string, { permutation, masked }: View): string =>
  [contentHash, permutation?.join() ?? "", masked.join()].join(" ");
