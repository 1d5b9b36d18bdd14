import { describe, expect, it } from "vitest";
import { RandomStream } from "../rng.ts";
import { DPO_LOSSES, type DpoLoss } from "./dpo-losses.ts";
import { dpoObjective } from "./dpo.ts";
import { grpoObjective, type GrpoSettings } from "./grpo.ts";
import type { PolicyBatch } from "./objective.ts";
import { rlooObjective } from "./rloo.ts";
import { sftObjective } from "./sft.ts";

const LENGTHS = [5, 3, 4];

function rows(stream: RandomStream, scale: number, offset = 0): Float64Array[] {
  return LENGTHS.map((length) => Float64Array.from({ length }, () => offset + scale * stream.normal()));
}

function batch(seed: number, drift: number): PolicyBatch & { logProbs: Float64Array[] } {
  const stream = new RandomStream("derivatives", seed);
  const logProbs = rows(stream, 0.7, -2);
  const moved = () => logProbs.map((row) => row.map((value) => value + drift * stream.normal()));
  return {
    logProbs,
    oldLogProbs: moved(),
    referenceLogProbs: moved(),
    advantages: LENGTHS.map(() => stream.normal()),
    mask: [
      [1, 1, 1, 1, 0],
      [1, 1, 1],
      [0, 0, 0, 0],
    ],
    entropies: rows(stream, 1, 2),
    weights: rows(stream, 0.1, 1),
  };
}

/** Largest difference between the derivative given and central differences of `loss`. */
function worstError(logProbs: Float64Array[], given: readonly Float64Array[], loss: () => number): number {
  const h = 1e-6;
  let worst = 0;
  logProbs.forEach((row, k) =>
    row.forEach((value, t) => {
      row[t] = value + h;
      const above = loss();
      row[t] = value - h;
      const below = loss();
      row[t] = value;
      worst = Math.max(worst, Math.abs((above - below) / (2 * h) - given[k]![t]!));
    }),
  );
  return worst;
}

const variants: readonly GrpoSettings[] = [
  { lossType: "grpo", beta: 0.04 },
  { lossType: "grpo", level: "sequence", beta: 0.04, biasCorrection: true },
  { lossType: "grpo", delta: 1.5, epsilonHigh: 0.28 },
  { lossType: "bnpo", beta: 0.1, biasCorrection: true },
  { lossType: "dr_grpo", maxCompletionLength: 16 },
  { lossType: "dapo", epsilonHigh: 0.28, topEntropyShare: 0.5, total: { tokens: 20, accumulation: 2 } },
  { lossType: "sapo" },
];

describe("policy objectives", () => {
  it.each(variants)("give the derivative of their own loss: %o", (settings) => {
    for (const seed of [1, 2, 3]) {
      const data = batch(seed, 0.3);
      const result = grpoObjective(data, settings);
      expect(worstError(data.logProbs, result.dLogProbs, () => grpoObjective(data, settings).loss)).toBeLessThan(1e-8);
    }
  });

  it("give Video-R1 the gradient of a ratio that is 1 in value", () => {
    const data = { ...batch(4, 0.3), referenceLogProbs: null };
    const { dLogProbs } = grpoObjective(data, { lossType: "video_r1" });
    dLogProbs.forEach((row, k) => {
      const active = data.mask![k] as number[];
      const count = Math.max(
        1,
        active.reduce((a, b) => a + b, 0),
      );
      row.forEach((slope, t) => {
        const weight = (data.weights as Float64Array[])[k]![t]! * active[t]!;
        expect(slope).toBeCloseTo((-(data.advantages[k] as number) * weight) / (3 * count), 12);
      });
    });
  });

  it("have a loss of beta times KL when advantages cancel and rows are equally long (specification, 15.3)", () => {
    const logProbs = [
      [-1, -2],
      [-1.5, -0.5],
    ];
    const referenceLogProbs = [
      [-1.2, -1.7],
      [-1.5, -0.9],
    ];
    const result = grpoObjective(
      { logProbs, referenceLogProbs, advantages: [1, -1] },
      { lossType: "video_r1", beta: 0.04, klClamp: 10 },
    );
    expect(result.loss).toBeCloseTo(0.04 * result.metrics.kl!, 14);
  });

  it("give no policy gradient to a group whose rewards are all equal", () => {
    const data = { ...batch(5, 0.3), advantages: [0, 0, 0] };
    const { dLogProbs } = grpoObjective(data, { lossType: "grpo" });
    expect(dLogProbs.every((row) => row.every((slope) => Math.abs(slope) === 0))).toBe(true);
  });

  it("add up over parts of a step when they are told its size", () => {
    const data = batch(6, 0.2);
    const whole = grpoObjective(data, { lossType: "dapo", beta: 0.04 });
    const tokens = 7;
    const parts = data.logProbs.map((_, k) => {
      const pick = <Row>(all: readonly Row[]): Row[] => [all[k]!];
      const part = {
        logProbs: pick(data.logProbs),
        oldLogProbs: pick(data.oldLogProbs!),
        referenceLogProbs: pick(data.referenceLogProbs!),
        advantages: [data.advantages[k]!],
        mask: pick(data.mask!),
        weights: pick(data.weights!),
      };
      return grpoObjective(part, { lossType: "dapo", beta: 0.04, total: { tokens } }).loss;
    });
    expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(whole.loss, 12);
  });

  it("refuse rows that do not fit and a KL without a reference", () => {
    const data = batch(7, 0.1);
    expect(() => grpoObjective({ ...data, advantages: [1] }, { lossType: "grpo" })).toThrow(/one a row/);
    expect(() => grpoObjective({ ...data, mask: [[1], [1], [1]] }, { lossType: "grpo" })).toThrow(/differ in shape/);
    expect(() => grpoObjective({ ...data, referenceLogProbs: null }, { lossType: "grpo", beta: 0.1 })).toThrow(
      /reference/,
    );
  });

  it("give RLOO the derivative of its row ratio", () => {
    const data = batch(8, 0.05);
    const result = rlooObjective(data);
    expect(worstError(data.logProbs, result.dLogProbs, () => rlooObjective(data).loss)).toBeLessThan(1e-8);
  });
});

describe("sftObjective", () => {
  it("is the weighted mean over tokens that count, with its derivative", () => {
    const logProbs = [Float64Array.of(-1, -2), Float64Array.of(-4)];
    const weights = [[0, 1], [3]];
    const result = sftObjective({ logProbs, weights });
    expect(result.loss).toBeCloseTo((2 + 12) / 4, 12);
    expect(worstError(logProbs, result.dLogProbs, () => sftObjective({ logProbs, weights }).loss)).toBeLessThan(1e-8);
    expect(result.metrics.token_nll).toBe(3);
  });

  it("gives 0 and no gradient when nothing counts", () => {
    const result = sftObjective({ logProbs: [[-1]], weights: [[0]] });
    expect(result.loss).toBe(0);
    expect([...result.dLogProbs[0]!]).toEqual([0]);
  });
});

describe("dpoObjective", () => {
  const stream = new RandomStream("dpo", 1);
  const chosen = rows(stream, 1, -2);
  const rejected = rows(stream, 1, -2);
  const chosenMask = [
    [0, 1, 1, 1, 1],
    [1, 1, 1],
    [1, 0, 0, 0],
  ];
  const data = {
    chosen,
    rejected,
    referenceChosen: rows(stream, 1, -2),
    referenceRejected: rows(stream, 1, -2),
    chosenMask,
    rejectedMask: [
      [1, 1, 0, 0, 0],
      [1, 1, 1],
      [1, 1, 1, 1],
    ],
  };
  const only = (loss: DpoLoss) => [{ loss, weight: 1 }];

  it.each([...DPO_LOSSES.map(only), DPO_LOSSES.map((loss, index) => ({ loss, weight: 0.3 * index }))])(
    "gives the derivative of its own loss: %o",
    (...losses) => {
      const settings = { losses, beta: 0.3, labelSmoothing: 0.1, tailWeight: 0.4 };
      const result = dpoObjective(data, settings);
      expect(worstError(chosen, result.dChosen, () => dpoObjective(data, settings).loss)).toBeLessThan(1e-8);
      expect(worstError(rejected, result.dRejected, () => dpoObjective(data, settings).loss)).toBeLessThan(1e-8);
    },
  );

  it("leaves tokens beyond the shorter answer out when their weight is 0", () => {
    const { dChosen, dRejected } = dpoObjective(data, { losses: only("sigmoid"), beta: 0.3, tailWeight: 0 });
    expect(dChosen.map((row) => [...row].map((slope) => slope !== 0))).toEqual([
      [false, true, true, false, false],
      [true, true, true],
      [true, false, false, false],
    ]);
    expect([...dRejected[2]!].map((slope) => slope !== 0)).toEqual([true, false, false, false]);
  });

  it("refuses half of the labels being wrong where the robust loss would divide by nothing", () => {
    expect(() => dpoObjective(data, { losses: only("robust"), beta: 0.3, labelSmoothing: 0.5 })).toThrow(
      /less than 0.5/,
    );
  });
});
