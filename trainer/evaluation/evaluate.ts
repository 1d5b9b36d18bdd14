/**
 * Measures a policy on a split: answers on ordered frames, on shuffled ones and without any (the question alone), item by
 * item into the journal.
 */
import type { EventBody } from "../../contract/journal.ts";
import type { Model } from "../../native/types.ts";
import { extractForEvaluation } from "../../science/answers.ts";
import { chooseItems } from "../../science/evaluation/choose.ts";
import { PROTOCOL_SEED } from "../../science/evaluation/protocol.ts";
import { mean } from "../../science/evaluation/summary.ts";
import { clipsTogether } from "../../science/memory/answering.ts";
import { isConsistent } from "../../science/metrics/consistency.ts";
import { bootstrapInterval } from "../../science/metrics/bootstrap.ts";
import type { Sample } from "../../science/records.ts";
import { formatReward } from "../../science/rewards/format.ts";
import type { MeasuredView } from "../../science/views.ts";
import { answerSamples } from "./answering.ts";
import type { RunContext } from "../run/context.ts";
import type { LoadedSample } from "../data/dataset.ts";
import { MediaError } from "../media/errors.ts";

export type EvaluationSplit = "validation" | "heldout" | "train";

export interface EvaluationRequest {
  /** Which policy is measured: initial, sft, rl … */
  readonly label: string;
  readonly split: EvaluationSplit;
  readonly samples: readonly Sample[];
  /** At most so many items, always the same ones; 0: all. */
  readonly items: number;
  readonly step: number;
  /** Besides ordered frames: on shuffled ones, and the question alone. */
  readonly views: readonly ("shuffled" | "question-only")[];
  /** Said about four times a measurement: done and all. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface ItemScore {
  readonly sample: Sample;
  readonly score: number;
  readonly format: number;
  readonly tokens: number;
  readonly consistent: boolean | null;
  readonly shuffledScore: number | null;
  readonly questionOnlyScore: number | null;
}

type OwnScore = Omit<ItemScore, "shuffledScore" | "questionOnlyScore">;

/** Journals every item, then the summary, which it also returns. */
export async function evaluate(
  context: RunContext,
  policy: Model,
  request: EvaluationRequest,
): Promise<EventBody<"evaluation">> {
  const { settings, journal, prompter } = context;
  const chosen = chooseItems(request.samples, request.items, PROTOCOL_SEED);
  const wants = (view: "shuffled" | "question-only"): boolean => request.views.includes(view);
  const scores: ItemScore[] = [];
  const atOnce = clipsTogether(settings.vision);
  for (let from = 0; from < chosen.length; from += atOnce) {
    const loaded = await loadUsable(context, chosen.slice(from, from + atOnce));
    context.clips.prefetch(chosen.slice(from + atOnce, from + 2 * atOnce));
    const ordered = await answer(context, policy, loaded, "ordered", request);
    const videos = loaded.filter(({ clip }) => clip.kind === "video");
    const shuffled = wants("shuffled") ? await answer(context, policy, videos, "shuffled", request) : [];
    const blind = wants("question-only") ? await answer(context, policy, loaded, "question-only", request) : [];
    const shuffledOf = new Map(videos.map(({ sample }, index) => [sample, shuffled[index]?.score ?? null]));
    loaded.forEach(({ sample }, index) => {
      const own = ordered[index]!;
      // A picture has no order: what holds for it holds in both views.
      const twin = sample.dataType === "image" && wants("shuffled") ? own.score : (shuffledOf.get(sample) ?? null);
      scores.push({ ...own, shuffledScore: twin, questionOnlyScore: blind[index]?.score ?? null });
    });
    request.onProgress?.(Math.min(from + atOnce, chosen.length), chosen.length);
  }
  const summary: EventBody<"evaluation"> = {
    type: "evaluation",
    step: request.step,
    label: request.label,
    split: request.split,
    ...summarise(scores, wants("shuffled"), wants("question-only")),
    protocol: {
      items: chosen.length,
      temperature: settings.evaluation.temperature,
      maxTokens: settings.evaluation.maxTokens,
      promptHash: prompter.hash,
      vision: settings.vision,
      shuffleSeed: PROTOCOL_SEED,
      extraction: "first answer tags, else the whole text",
      answers: settings.evaluation.answers.name,
    },
  };
  journal.append(summary);
  journal.flush();
  return summary;
}

async function loadUsable(context: RunContext, samples: readonly Sample[]): Promise<LoadedSample[]> {
  const loaded = await Promise.all(
    samples.map(async (sample) => {
      try {
        return [{ sample, clip: await context.clips.load(sample) }];
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
        context.report(error);
        return [];
      }
    }),
  );
  return loaded.flat();
}

async function answer(
  context: RunContext,
  policy: Model,
  loaded: readonly LoadedSample[],
  name: MeasuredView,
  request: EvaluationRequest,
): Promise<OwnScore[]> {
  const { prompter, settings, signal, journal } = context;
  const { temperature, maxTokens } = settings.evaluation;
  const answers = await answerSamples(policy, loaded, name, {
    prompter,
    temperature,
    topP: 1,
    maxTokens,
    seed: PROTOCOL_SEED,
    signal,
  });
  return loaded.map(({ sample }, index) => {
    const { text, tokens } = answers[index]!;
    const { prediction } = extractForEvaluation(text);
    const score = settings.evaluation.answers.measure(sample.problemType, prediction, sample.answer);
    const format = formatReward(text);
    const consistent = isConsistent(text, sample.problemType, sample.options);
    const { label, split, step } = request;
    journal.append({
      type: "evaluation_item",
      step,
      label,
      split,
      view: name,
      sampleId: sample.id,
      task: sample.task,
      problemType: sample.problemType,
      text,
      prediction,
      answer: sample.answer,
      score,
      format,
      consistent,
    });
    return { sample, score, format, tokens, consistent };
  });
}

/** True where the order of the frames matters for the answer, as the row says. */
export function isTimeDependent(sample: Sample): boolean {
  return sample.extra["time_dependent"] === true;
}

function summarise(scores: readonly ItemScore[], withShuffled: boolean, withQuestionOnly: boolean) {
  const inTime = scores.filter(({ sample }) => isTimeDependent(sample));
  const shuffledMean = (items: readonly ItemScore[]): number => mean(items.flatMap((item) => item.shuffledScore ?? []));
  const blindMean = (items: readonly ItemScore[]): number =>
    mean(items.flatMap((item) => item.questionOnlyScore ?? []));
  const interval = bootstrapInterval(scores.map(({ score }) => score));
  return {
    n: scores.length,
    accuracy: mean(scores.map(({ score }) => score)),
    accuracyShuffled: withShuffled && scores.length > 0 ? shuffledMean(scores) : null,
    accuracyQuestionOnly: withQuestionOnly && scores.length > 0 ? blindMean(scores) : null,
    temporal:
      withShuffled && inTime.length > 0
        ? { n: inTime.length, ordered: mean(inTime.map(({ score }) => score)), shuffled: shuffledMean(inTime) }
        : null,
    consistency: mean(scores.map(({ consistent }) => Number(consistent === true))),
    formatRate: mean(scores.map(({ format }) => format)),
    meanLength: mean(scores.map(({ tokens }) => tokens)),
    byTask: accuracyBy(scores, ({ sample }) => sample.task),
    byType: accuracyBy(scores, ({ sample }) => sample.problemType),
    interval: (scores.length > 0 ? [...interval] : [0, 0]) as [number, number],
  };
}

/** Number and accuracy of the items of each key, keys in alphabetical order. */
function accuracyBy(scores: readonly ItemScore[], key: (item: ItemScore) => string) {
  const keys = [...new Set(scores.map(key))].sort();
  return Object.fromEntries(
    keys.map((name) => {
      const own = scores.filter((item) => key(item) === name);
      return [name, { n: own.length, accuracy: mean(own.map(({ score }) => score)) }];
    }),
  );
}
