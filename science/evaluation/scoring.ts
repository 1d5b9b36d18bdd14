/** Scores of one completion: the prediction by the protocol's rule, and the item's metrics, the main one named `score`. */
import type { ExtractionRule } from "../../contract/evaluation.ts";
import { extractForEvaluation, parseFloatStrictly, strip } from "../answers.ts";
import { answerSpan } from "../extraction/answer-span.ts";
import { readLetter, readLetters } from "../extraction/letter.ts";
import { readNumber } from "../extraction/number.ts";
import { readPolarity } from "../extraction/polarity.ts";
import { readBox, readSegments } from "../extraction/spans.ts";
import { boxIou, temporalIou, tubeFrameIou, tubeIou, type Interval, type Tube } from "../metrics/grounding.ts";
import { meanRelativeAccuracy, meanRelativeAccuracyVsiBench } from "../metrics/mra.ts";
import { rangeAccuracy, relativeAccuracy } from "../metrics/regression.ts";
import { intersectionOverPrediction, meanBestIou, oneToOneIou, segmentRecall } from "../metrics/segments.ts";
import { rouge, wordErrorRate } from "../metrics/text.ts";
import { evaluationScore } from "../rewards/accuracy.ts";
import type { BenchmarkItem, MetricName } from "./items.ts";
import { RULE_ANSWER_JUDGE } from "../judge/answer-judge.ts";
import { verdictScores } from "./verdict-scores.ts";

export interface Scored {
  readonly prediction: string;
  readonly extraction: string;
  readonly scores: Readonly<Record<string, number>>;
}

/** @param completion without its end mark. */
export function scoreItem(item: BenchmarkItem, completion: string, rule: ExtractionRule): Scored {
  const span = spanBy(rule, completion);
  const { prediction, extraction, ...scores } = METRICS[item.metric]({ item, span: span.text, completion, rule });
  return { prediction, extraction: `${span.how}${extraction ? `; ${extraction}` : ""}`, scores: scores as never };
}

interface Given {
  readonly item: BenchmarkItem;
  readonly span: string;
  readonly completion: string;
  readonly rule: ExtractionRule;
}
type Result = { prediction: string; extraction: string; score: number } & Record<string, number | string>;

/** The stretch of the completion that a rule takes for the answer. */
function spanBy(rule: ExtractionRule, completion: string): { text: string; how: string } {
  if (rule === "careful") {
    const { text, found } = answerSpan(completion);
    return { text, how: found };
  }
  const { prediction, fallback } = extractForEvaluation(completion);
  const how = fallback ? "no tags: the whole text" : "first tags";
  if (rule === "vsibench")
    return { text: strip((prediction.split(" ")[0] ?? "").replace(/\.+$/, "")), how: `${how}, first word` };
  if (rule === "first-character") return { text: prediction.slice(0, 1), how: `${how}, first character` };
  return { text: prediction, how };
}

const flag = (value: boolean): number => (value ? 1 : 0);

const METRICS: Readonly<Record<MetricName, (given: Given) => Result>> = {
  choice: ({ item, span, completion, rule }) => {
    const { options, answer } = item.sample;
    const strict = extractForEvaluation(completion).prediction === answer;
    const careful = readLetter(answerSpan(completion).text, options);
    const isCareful = rule === "careful";
    const prediction = isCareful ? (careful.value ?? "") : span;
    // VSI-Bench compares without case.
    const same = rule === "vsibench" ? prediction.toLowerCase() === answer.toLowerCase() : prediction === answer;
    return {
      prediction,
      extraction: isCareful ? careful.reason : "",
      score: flag(same),
      accuracy: flag(same),
      "accuracy/strict": flag(strict),
      "accuracy/careful": flag(careful.value === answer),
    };
  },
  choices: ({ item, span }) => {
    const { value, reason } = readLetters(span, item.sample.options);
    const given = value ?? [];
    const wanted = item.sample.answer.split(/[\s,]+/).filter((letter) => letter !== "");
    const inside = given.every((letter) => wanted.includes(letter));
    const partial = inside ? given.length / wanted.length : 0;
    const score = flag(partial === 1);
    return { prediction: given.join(","), extraction: reason, score, accuracy: score, "accuracy/partial": partial };
  },
  number: ({ item, span, rule }) => {
    if (rule !== "careful") {
      const score = evaluationScore("numerical", span, item.sample.answer);
      return { prediction: span, extraction: "", score, accuracy: score };
    }
    const { value, reason } = readNumber(span);
    const wanted = readNumber(item.sample.answer).value;
    const score = flag(value !== null && wanted !== null && Math.abs(value - wanted) < 0.005);
    return { prediction: value === null ? "" : String(value), extraction: reason, score, accuracy: score };
  },
  "mra-video-r1": (given) => {
    if (given.rule === "careful") return relative(given, meanRelativeAccuracy, "mra");
    const score = evaluationScore("regression", given.span, given.item.sample.answer);
    return { prediction: given.span, extraction: "", score, mra: score };
  },
  "mra-vsibench": (given) => relative(given, meanRelativeAccuracyVsiBench, "mra"),
  progress: (given): Result => {
    const { value, reason, truth } = numeric(given);
    // Errors are over the answers that hold a number, as published; the share of those is the first thing to look at.
    if (value === null) return { prediction: "", extraction: reason, score: 0, parsed: 0 };
    const error = Math.abs(value - truth);
    return {
      prediction: String(value),
      extraction: reason,
      score: relativeAccuracy(value, truth),
      parsed: 1,
      relative_accuracy: relativeAccuracy(value, truth),
      range_accuracy: rangeAccuracy(value, truth, 100),
      mra: meanRelativeAccuracy(value, truth),
      mae: error,
      rmse: error * error,
      "acc@5": flag(error <= 5),
      "acc@10": flag(error <= 10),
    };
  },
  wer: ({ item, span }) => {
    const wer = wordErrorRate(item.sample.answer, span);
    return { prediction: span, extraction: "", score: Math.min(1, Math.max(0, 1 - wer)), wer };
  },
  rouge: ({ item, span }) => {
    const scores = rouge(item.sample.answer, span, { stem: true });
    const { rouge1, rouge2, rougeL, meanF } = scores;
    return { prediction: span, extraction: "", score: meanF, rouge1: rouge1.f, rouge2: rouge2.f, rougeL: rougeL.f };
  },
  "yes-no": ({ item, span }) => {
    const { value, reason } = readPolarity(span);
    const wanted = readPolarity(item.sample.answer).value;
    const score = flag(value !== null && value === wanted);
    return {
      prediction: value ?? "",
      extraction: reason,
      score,
      accuracy: score,
      "yes rate": flag(value === "yes"),
      [wanted === "yes" ? "recall on yes" : "recall on no"]: score,
    };
  },
  "short-text": ({ item, span }) => {
    const { question, answer: truth } = item.sample;
    const judged = { question, truth, response: span };
    const verdict = RULE_ANSWER_JUDGE.judge(judged);
    return { prediction: span, extraction: verdict.why, ...verdictScores(judged, verdict) };
  },
  segment: ({ item, span }) => {
    const { value, reason } = readSegments(span);
    const truth = item.truth.segments![0]!;
    return { ...said(value?.slice(0, 1), reason), ...overlaps(value?.[0] ?? null, truth) };
  },
  segments: ({ item, span }) => {
    const { value, reason } = readSegments(span);
    const truths = item.truth.segments!;
    const given = value ?? [];
    const miou = meanBestIou(given, truths);
    return {
      ...said(given, reason),
      score: miou,
      mIoU: miou,
      "mIoU one-to-one": oneToOneIou(given, truths),
      "recall@0.3": segmentRecall(given, truths, 0.3),
      "recall@0.5": segmentRecall(given, truths, 0.5),
    };
  },
  "grounded-choice": ({ item, completion }) => {
    const letter = readLetter(answerSpan(completion).text, item.sample.options);
    const correct = flag(letter.value === item.sample.answer);
    // The stretch may stand anywhere in the text, most often in the reasoning; the last one named counts.
    const segment = readSegments(completion).value?.at(-1) ?? null;
    const best = (measure: (prediction: Interval, truth: Interval) => number): number =>
      segment === null ? 0 : Math.max(...item.truth.segments!.map((truth) => measure(segment, truth)));
    const [iop, iou] = [best(intersectionOverPrediction), best(temporalIou)];
    return {
      prediction: `${letter.value ?? ""}${segment === null ? "" : ` ${shown(segment)}`}`,
      extraction: letter.reason,
      score: flag(correct === 1 && iop >= 0.5),
      "Acc@GQA": flag(correct === 1 && iop >= 0.5),
      "Acc@QA": correct,
      mIoP: iop,
      "IoP@0.5": flag(iop >= 0.5),
      mIoU: iou,
      "IoU@0.5": flag(iou >= 0.5),
    };
  },
  box: ({ item, span }) => {
    const { value, reason } = readBox(span);
    const iou = value === null ? 0 : boxIou(value, item.truth.box!);
    return {
      prediction: value?.join(", ") ?? "",
      extraction: reason,
      score: iou,
      IoU: iou,
      "Acc@0.5": flag(iou >= 0.5),
    };
  },
  tube: ({ item, span }) => {
    const tube = readTube(span);
    const viou = tube === null ? 0 : tubeIou(tube, item.truth.tube!);
    return {
      prediction: span,
      extraction: tube === null ? "no boxes by frame" : "boxes by frame",
      score: viou,
      vIoU: viou,
      tIoU: tube === null ? 0 : tubeFrameIou(tube, item.truth.tube!),
      "vIoU@0.3": flag(viou >= 0.3),
      "vIoU@0.5": flag(viou >= 0.5),
    };
  },
};

/** Of a number by itself (strict rules) or in prose (careful). */
function numeric({ item, span, rule }: Given): { value: number | null; reason: string; truth: number } {
  const truth = readNumber(item.sample.answer).value ?? Number.NaN;
  if (rule === "careful") return { ...readNumber(span), truth };
  const value = parseFloatStrictly(span.replaceAll(",", ""));
  return { value: value !== null && Number.isFinite(value) ? value : null, reason: "", truth };
}

function relative(given: Given, measure: (prediction: number, truth: number) => number, name: string): Result {
  const { value, reason, truth } = numeric(given);
  const score = value === null ? 0 : measure(value, truth);
  return { prediction: value === null ? "" : String(value), extraction: reason, score, [name]: score };
}

const shown = ([start, end]: Interval): string => `${start}–${end} s`;
const said = (segments: readonly Interval[] | undefined, extraction: string) => ({
  prediction: (segments ?? []).map(shown).join(", "),
  extraction,
});

function overlaps(prediction: Interval | null, truth: Interval) {
  const iou = prediction === null ? 0 : temporalIou(prediction, truth);
  return { score: iou, mIoU: iou, "R1@0.3": flag(iou >= 0.3), "R1@0.5": flag(iou >= 0.5), "R1@0.7": flag(iou >= 0.7) };
}

/** `{"12": [left, top, right, bottom], …}` as JSON somewhere in the text. */
function readTube(text: string): Tube | null {
  const [from, to] = [text.indexOf("{"), text.lastIndexOf("}")];
  if (from === -1 || to < from) return null;
  try {
    const value = JSON.parse(text.slice(from, to + 1)) as Record<string, unknown>;
    const boxes = Object.values(value).every(
      (box) => Array.isArray(box) && box.length === 4 && box.every((side) => typeof side === "number"),
    );
    return boxes ? (value as unknown as Tube) : null;
  } catch {
    return null;
  }
}
