/**
 * Asks a policy: samples under one view, one completion each. Measurements inside a run and evaluations of checkpoints
 * both go through here, so that under one protocol they give the same numbers.
 */
import type { Media, Model, Prompt, StopReason } from "../native/types.ts";
import { seedOf } from "../science/rng.ts";
import { viewOf, type MeasuredView } from "../science/views.ts";
import type { LoadedSample } from "./dataset.ts";
import type { Prompter } from "./prompting.ts";

export interface AnswerOptions {
  readonly prompter: Prompter;
  /** 0: greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  /** Of shuffles and sampling. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

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
  if (loaded.length === 0) return [];
  const { prompter, temperature, topP, maxTokens, seed, signal } = options;
  const prepared: { prompt: Prompt; media?: Media }[] = await Promise.all(
    loaded.map(({ sample, clip }) => {
      if (viewName === "question-only") return prompter.questionOnly(sample);
      const view = viewOf(viewName, clip.frames.length, { runSeed: seed, step: 0, sampleId: sample.id });
      return prompter.prepare(policy, sample, clip, view);
    }),
  );
  try {
    const groups = await policy.generate(
      prepared.map(({ prompt }) => prompt),
      {
        n: 1,
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
    for (const { media } of prepared) media?.dispose();
  }
}
