/** Text scores, stems, MRA, overlaps, masks and rule rewards: science/ against metrics/*.json. */
import { extractAnswer } from "../../science/answers.ts";
import {
  boxIou,
  temporalIou,
  tubeFrameIou,
  tubeIou,
  type Box,
  type Interval,
  type Tube,
} from "../../science/metrics/grounding.ts";
import { maskScores, type MaskScores } from "../../science/metrics/masks.ts";
import { meanRelativeAccuracy, meanRelativeAccuracyVsiBench } from "../../science/metrics/mra.ts";
import { porterStem } from "../../science/metrics/porter.ts";
import { rouge, wordErrorRate, type PrecisionRecall } from "../../science/metrics/text.ts";
import { accuracyReward } from "../../science/rewards/accuracy.ts";
import { formatReward } from "../../science/rewards/format.ts";
import { numberOf, readJson, readTensors, tensorOf } from "./files.ts";
import type { Section } from "./report.ts";

const TOLERANCE = 1e-9;

interface RougeRow {
  readonly rouge1: PrecisionRecall;
  readonly rouge2: PrecisionRecall;
  readonly rougeL: PrecisionRecall;
  readonly mean_f: number;
}

export async function metricsSection(directory: string, section: Section): Promise<void> {
  await section.attempt("text", () => text(directory, section));
  await section.attempt("mra", () => mra(directory, section));
  await section.attempt("iou", () => overlaps(directory, section));
  await section.attempt("masks", () => masks(directory, section));
  await section.attempt("rewards", () => rewards(directory, section));
}

function text(directory: string, section: Section): void {
  interface Pair {
    reference: string;
    hypothesis: string;
    rouge: RougeRow;
    rouge_stemmed: RougeRow;
    wer: number;
  }
  const { pairs } = readJson<{ pairs: Pair[] }>(directory, "metrics", "text.json");
  const plain = section.check("rouge, plain", TOLERANCE);
  const stemmed = section.check("rouge, stemmed", TOLERANCE);
  const wer = section.check("word error rate", TOLERANCE);
  for (const pair of pairs) {
    const where = JSON.stringify([pair.reference, pair.hypothesis]);
    for (const [check, stem, expected] of [
      [plain, false, pair.rouge],
      [stemmed, true, pair.rouge_stemmed],
    ] as const) {
      const actual = rouge(pair.reference, pair.hypothesis, { stem });
      for (const part of ["rouge1", "rouge2", "rougeL"] as const) {
        for (const side of ["precision", "recall", "f"] as const)
          check.near(actual[part][side], expected[part][side], `${part} ${side} of ${where}`);
      }
      check.near(actual.meanF, expected.mean_f, `mean of ${where}`);
    }
    wer.near(wordErrorRate(pair.reference, pair.hypothesis), pair.wer, where);
  }
  plain.done();
  stemmed.done();
  wer.done();
  const porter = section.check("porter stems");
  const { words } = readJson<{ words: Record<string, string> }>(directory, "metrics", "porter.json");
  for (const [word, stem] of Object.entries(words)) porter.same(porterStem(word), stem, word);
  porter.done();
}

function mra(directory: string, section: Section): void {
  type Value = number | string;
  const { cases } = readJson<{ cases: { pred: Value; gt: Value; vsibench: Value; video_r1: Value }[] }>(
    directory,
    "metrics",
    "mra.json",
  );
  const vsi = section.check("mra, VSI-Bench", TOLERANCE);
  const own = section.check("mra, Video-R1", TOLERANCE);
  for (const one of cases) {
    const prediction = numberOf(one.pred);
    const truth = numberOf(one.gt);
    vsi.near(meanRelativeAccuracyVsiBench(prediction, truth), numberOf(one.vsibench), `${one.pred} for ${one.gt}`);
    // The reference is the float32 mean of ten flags.
    own.near(Math.fround(meanRelativeAccuracy(prediction, truth)), numberOf(one.video_r1), `${one.pred} for ${one.gt}`);
  }
  vsi.done();
  own.done();
}

function overlaps(directory: string, section: Section): void {
  interface File {
    spans: { pred: Interval; gt: Interval; tiou: number }[];
    boxes: { pred: Box; gt: Box; iou: number }[];
    tubes: { pred: Tube; gt: Tube; viou: number; frame_tiou: number }[];
  }
  const file = readJson<File>(directory, "metrics", "iou.json");
  const spans = section.check("temporal IoU", TOLERANCE);
  file.spans.forEach((one, i) => spans.near(temporalIou(one.pred, one.gt), one.tiou, `span ${i}`));
  spans.done();
  const boxes = section.check("box IoU", TOLERANCE);
  file.boxes.forEach((one, i) => boxes.near(boxIou(one.pred, one.gt), one.iou, `box ${i}`));
  boxes.done();
  const tubes = section.check("tube IoU", TOLERANCE);
  file.tubes.forEach((one, i) => {
    tubes.near(tubeIou(one.pred, one.gt), one.viou, `tube ${i}`);
    tubes.near(tubeFrameIou(one.pred, one.gt), one.frame_tiou, `tube ${i}, frames`);
  });
  tubes.done();
}

function masks(directory: string, section: Section): void {
  const { cases } = readJson<{ cases: ({ index: number; size: [number, number] } & MaskScores)[] }>(
    directory,
    "metrics",
    "masks.json",
  );
  const tensors = readTensors(directory, "metrics", "masks.safetensors");
  const check = section.check("masks: J, F, precision, recall", TOLERANCE);
  for (const one of cases) {
    const [height, width] = one.size;
    const mask = (name: string) => ({
      height,
      width,
      data: tensorOf(tensors, `${one.index}.${name}`).data as Uint8Array,
    });
    const scores = maskScores(mask("pred"), mask("gt"));
    for (const key of ["J", "F", "JF", "precision", "recall", "radius"] as const)
      check.near(scores[key], one[key], `mask ${one.index}: ${key}`);
  }
  check.done();
}

function rewards(directory: string, section: Section): void {
  interface File {
    accuracy: { problem_type: string; output: string; solution: string; reward: number; extracted: string }[];
    format: { text: string; reward: number }[];
  }
  const file = readJson<File>(directory, "metrics", "rewards.json");
  for (const type of new Set(file.accuracy.map((one) => one.problem_type))) {
    const check = section.check(`accuracy reward: ${type}`, TOLERANCE);
    for (const one of file.accuracy.filter((candidate) => candidate.problem_type === type)) {
      check.near(
        accuracyReward(type, one.output, one.solution),
        one.reward,
        JSON.stringify([one.output, one.solution]),
      );
      check.isTrue(extractAnswer(one.output) === one.extracted, `answer extracted from ${JSON.stringify(one.output)}`);
    }
    check.done();
  }
  const format = section.check("format reward");
  for (const one of file.format) format.near(formatReward(one.text), one.reward, JSON.stringify(one.text));
  format.done();
}
