/** Samples a step's rollouts: for each prompt a group on ordered frames and, for videos, a twin group on shuffled ones. */
import type { Completion, Model } from "../../native/types.ts";
import { extractAnswer } from "../../science/answers.ts";
import type { RewardedRollout } from "../../science/rewards/reward.ts";
import { seedOf } from "../../science/rng.ts";
import type { RlStageSettings, SamplingSettings } from "../../science/settings.ts";
import { viewOf } from "../../science/views.ts";
import type { LoadedSample } from "../data/dataset.ts";
import type { PreparedPrompt, Prompter } from "../data/prompting.ts";

/** One completion with what the rules say of it. */
export interface Rollout extends RewardedRollout {
  readonly completion: Completion;
  /** Full score by the rules of measurements. */
  readonly correct: boolean;
}

/** A prompt's rollouts under one view. */
export interface RolloutGroup {
  readonly prepared: PreparedPrompt;
  readonly rollouts: readonly Rollout[];
}

/** Position of the prompt in the step, its group and its twin on shuffled frames (null where there is no contrast). */
export interface PromptRollouts {
  readonly position: number;
  readonly ordered: RolloutGroup;
  readonly shuffled: RolloutGroup | null;
}

export interface RolloutRequest {
  readonly policy: Model;
  readonly prompter: Prompter;
  readonly stage: RlStageSettings;
  readonly groupSize: number;
  readonly sampling: SamplingSettings;
  readonly seed: number;
  readonly step: number;
  readonly signal: AbortSignal;
}

/** Prompts of the step under their views, the twins after the ordered ones. Media must be disposed of. */
export async function prepareViews(
  loaded: readonly LoadedSample[],
  request: RolloutRequest,
): Promise<{ ordered: PreparedPrompt[]; shuffled: (PreparedPrompt | null)[] }> {
  const { stage } = request;
  const contrast = stage.temporal.enabled && stage.shuffledGroupSize > 0;
  const ordered = await prepareOrdered(loaded, request);
  const shuffled = await Promise.all(
    loaded.map((item) => (contrast && item.clip.kind === "video" ? prepareOne(item, "shuffled", request) : null)),
  );
  return { ordered, shuffled };
}

/** The prompts with their frames in order. Media must be disposed of. */
export function prepareOrdered(loaded: readonly LoadedSample[], request: RolloutRequest): Promise<PreparedPrompt[]> {
  return Promise.all(loaded.map((item) => prepareOne(item, "ordered", request)));
}

function prepareOne(
  { sample, clip }: LoadedSample,
  name: "ordered" | "shuffled",
  { policy, prompter, seed, step }: RolloutRequest,
): Promise<PreparedPrompt> {
  const view = viewOf(name, clip.frames.length, { runSeed: seed, step, sampleId: sample.id });
  return prompter.prepare(policy, sample, clip, view);
}

/** Samples both views. Each prompt has its own random stream, whatever else is in the batch. */
export async function sampleRollouts(
  views: { readonly ordered: readonly PreparedPrompt[]; readonly shuffled: readonly (PreparedPrompt | null)[] },
  request: RolloutRequest,
): Promise<PromptRollouts[]> {
  const count = views.ordered.length;
  const twins = views.shuffled.flatMap((prepared, position) => (prepared === null ? [] : [{ prepared, position }]));
  // All in one call: twins begin where ordered rollouts have ended, and nobody waits for the longest of those.
  const groups = await sampleGroups(
    [...views.ordered, ...twins.map(({ prepared }) => prepared)],
    [...views.ordered.map(() => request.groupSize), ...twins.map(() => request.stage.shuffledGroupSize)],
    [...views.ordered.keys(), ...twins.map(({ position }) => count + position)],
    request,
    count * request.groupSize,
  );
  const [ordered, shuffled] = [groups.slice(0, count), groups.slice(count)];
  const twinOf = new Map(twins.map(({ position }, index) => [position, shuffled[index]!]));
  return ordered.map((group, position) => ({ position, ordered: group, shuffled: twinOf.get(position) ?? null }));
}

/** Completions of prompts that were prepared already, each prompt with its own random stream; `rowsAtOnce` as the engine's. */
export async function sampleGroups(
  prepared: readonly PreparedPrompt[],
  completions: number | readonly number[],
  streams: readonly number[],
  request: RolloutRequest,
  rowsAtOnce?: number,
): Promise<RolloutGroup[]> {
  const { policy, prompter, sampling, signal } = request;
  const { temperature, topP, topK, maxTokens } = sampling;
  const groups = await policy.generate(
    prepared.map(({ prompt }) => prompt),
    {
      n: completions,
      ...(rowsAtOnce === undefined ? {} : { rowsAtOnce }),
      streams,
      signal,
      sampling: {
        temperature,
        topP,
        topK,
        maxTokens,
        stopIds: prompter.stopIds,
        bannedIds: prompter.bannedIds,
        seed: seedOf("rollout", request.seed, request.step),
      },
    },
  );
  return groups.map((group, index) => ({
    prepared: prepared[index]!,
    rollouts: group.completions.map((completion) => judged(completion, prepared[index]!, request)),
  }));
}

function judged(completion: Completion, prepared: PreparedPrompt, { prompter, stage }: RolloutRequest): Rollout {
  const text = prompter.completionText(completion.ids);
  const { problemType, answer } = prepared.sample;
  const prediction = extractAnswer(text);
  return {
    completion,
    text,
    prediction,
    accuracy: stage.answers.reward(problemType, prediction, answer),
    correct: stage.answers.measure(problemType, prediction, answer) === 1,
    tokenCount: completion.ids.length,
  };
}
