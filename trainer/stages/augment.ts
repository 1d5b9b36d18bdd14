/**
 * Moves prompts to a solvable difficulty before the update (DeepVideo-R1): hard ones get a hint out of a trace that was
 * sampled knowing the answer, easy ones get noise on their frames; both are then answered again. Measurements never see
 * augmented prompts.
 */
import type { Augmentation, FrameRef } from "../../contract/journal.ts";
import type { Media } from "../../native/types.ts";
import {
  hintFrom,
  namesAnswer,
  planAugmentation,
  type AugmentationPlan,
  type DifficultySettings,
  type RewardHistory,
} from "../../science/difficulty.ts";
import type { Sample } from "../../science/records.ts";
import { RandomStream } from "../../science/rng.ts";
import type { LoadedSample } from "../data/dataset.ts";
import type { Clip } from "../media/clips.ts";
import type { FrameStore } from "../media/frame-store.ts";
import { prepareOrdered, sampleGroups, type PromptRollouts, type RolloutRequest } from "./rollouts.ts";

export interface Augmented {
  readonly prompts: readonly PromptRollouts[];
  /** What was done with each prompt. */
  readonly plans: readonly AugmentationPlan[];
  /** The same for the journal. */
  readonly records: readonly Augmentation[];
  /** Of the prompts that were prepared here; to be disposed of after the update. */
  readonly media: readonly Media[];
  /** Rollouts beyond those of a step without augmentation. */
  readonly extraRollouts: number;
}

export interface AugmentRequest {
  readonly request: RolloutRequest;
  readonly settings: DifficultySettings;
  readonly history: RewardHistory;
  readonly frames: FrameStore;
}

/** @param outcomes of each prompt's first rollouts. */
export async function augment(
  first: readonly PromptRollouts[],
  outcomes: readonly { readonly rewardMean: number; readonly dead: boolean }[],
  { request, settings, history, frames }: AugmentRequest,
): Promise<Augmented> {
  const plans = outcomes.map(({ rewardMean }) => planAugmentation(rewardMean, history, settings));
  const hints = new Map<number, string>();
  const media: Media[] = [];
  try {
    const hard = first.filter(({ position }) => plans[position]!.mode === "hint");
    const traces = await bestTraces(hard, request, media);
    const changed: { position: number; loaded: LoadedSample }[] = [];
    for (const { position, ordered } of first) {
      const plan = plans[position]!;
      const { sample, clip } = ordered.prepared;
      if (plan.mode === "noise") {
        const noisy = await withNoise(clip, plan.level * settings.noiseScale, frames, request, position);
        changed.push({ position, loaded: { sample, clip: noisy } });
      } else if (plan.mode === "hint") {
        const hint = hintFrom(traces.get(position) ?? "", plan.level, sample);
        if (hint === "") plans[position] = { ...plan, mode: "none", level: 0 };
        else {
          hints.set(position, hint);
          changed.push({ position, loaded: { sample: withText(sample, `Hint: ${hint}`), clip } });
        }
      }
    }
    const again = await answer(changed, SECOND_PASS, request, media);
    const prompts = first.map((prompt) => {
      const ordered = again.get(prompt.position);
      // The twin on shuffled frames answered another prompt: no contrast with it.
      return ordered === undefined ? prompt : { ...prompt, ordered, shuffled: null };
    });
    const records = plans.map(({ mode, delta, level }, position) => ({
      mode,
      rewardBefore: outcomes[position]!.rewardMean,
      deadBefore: outcomes[position]!.dead,
      delta: settings.reference === "relative" && history.length === 0 ? null : delta,
      level,
      hint: hints.get(position) ?? null,
      sigma: mode === "noise" ? level * settings.noiseScale : null,
    }));
    return { prompts, plans, records, media, extraRollouts: (hard.length + changed.length) * request.groupSize };
  } catch (error) {
    for (const one of media) one.dispose();
    throw error;
  }
}

/** Random streams of the two further passes of a step lie behind those of the first one and its twins. */
const TELLING_PASS = 2;
const SECOND_PASS = 3;

/** For each prompt, by position, the best trace of a group that was told the answer. */
async function bestTraces(
  hard: readonly PromptRollouts[],
  request: RolloutRequest,
  media: Media[],
): Promise<Map<number, string>> {
  const told = hard.map(({ position, ordered: { prepared } }) => ({
    position,
    loaded: {
      sample: withText(prepared.sample, `The right answer is ${prepared.sample.answer}. Say how one sees it.`),
      clip: prepared.clip,
    },
  }));
  const groups = await answer(told, TELLING_PASS, request, media);
  return new Map(
    [...groups].map(([position, { rollouts }]) => {
      const best = rollouts.reduce((one, other) => (other.accuracy > one.accuracy ? other : one));
      return [position, best.text];
    }),
  );
}

async function answer(
  asked: readonly { readonly position: number; readonly loaded: LoadedSample }[],
  pass: number,
  request: RolloutRequest,
  media: Media[],
): Promise<Map<number, PromptRollouts["ordered"]>> {
  if (asked.length === 0) return new Map();
  const prepared = await prepareOrdered(
    asked.map(({ loaded }) => loaded),
    request,
  );
  media.push(...prepared.map((item) => item.media));
  const streams = asked.map(({ position }) => pass * request.stage.promptsPerStep + position);
  const groups = await sampleGroups(prepared, request.groupSize, streams, request);
  return new Map(asked.map(({ position }, index) => [position, groups[index]!]));
}

function withText(sample: Sample, text: string): Sample {
  return { ...sample, question: `${sample.question}\n${text}` };
}

/** Gaussian noise of `sigma` (pixels in [0, 1]) on every frame, kept in the frame store: the strip shows what was seen. */
async function withNoise(
  clip: Clip,
  sigma: number,
  store: FrameStore,
  { seed, step }: RolloutRequest,
  position: number,
): Promise<Clip> {
  const random = new RandomStream("noise", seed, step, position);
  const pixels = Uint8Array.from(clip.pixels, (value) =>
    Math.min(255, Math.max(0, Math.round(value + 255 * sigma * random.normal()))),
  );
  const bytes = clip.width * clip.height * 3;
  const frames = await Promise.all(
    clip.frames.map(async (frame, index): Promise<FrameRef> => {
      const hash = await store.put(pixels.subarray(index * bytes, (index + 1) * bytes), clip.width, clip.height);
      return { ...frame, hash };
    }),
  );
  return { ...clip, pixels, frames };
}

/** Metrics of what was done, named under `augmentation/`. `deadBefore`: dead groups of the first pass. */
export function augmentationMetrics(
  { plans, prompts, extraRollouts }: Augmented,
  deadBefore: number,
): Record<string, number> {
  const share = (mode: AugmentationPlan["mode"]): number =>
    plans.filter((plan) => plan.mode === mode).length / Math.max(1, plans.length);
  const hinted = prompts.filter(({ position }) => plans[position]!.mode === "hint");
  const leaks = hinted.filter(({ ordered: { prepared } }) => {
    const { question, ...rest } = prepared.sample;
    return namesAnswer(question.slice(question.lastIndexOf("\nHint: ") + 7), rest);
  }).length;
  return {
    "augmentation/hint_rate": share("hint"),
    "augmentation/noise_rate": share("noise"),
    "augmentation/dead_before": deadBefore / Math.max(1, plans.length),
    "augmentation/extra_rollouts": extraRollouts,
    "augmentation/leaks": leaks,
  };
}
