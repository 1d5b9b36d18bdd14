/** Advantages, policy losses, DPO, SFT and T-GRPO: science/ against rl/*.json. */
import { ADVANTAGE_MODES, advantagesOf } from "../../science/advantages.ts";
import { DPO_LOSSES, type DpoLoss } from "../../science/objectives/dpo-losses.ts";
import { dpoObjective, type DpoSettings } from "../../science/objectives/dpo.ts";
import { grpoObjective, type GrpoSettings, type LossType } from "../../science/objectives/grpo.ts";
import type { ObjectiveResult, PolicyBatch } from "../../science/objectives/objective.ts";
import { rlooObjective } from "../../science/objectives/rloo.ts";
import { sftObjective } from "../../science/objectives/sft.ts";
import { shapeGroup } from "../../science/tgrpo.ts";
import { readJson, numberOf } from "./files.ts";
import { logitGradient, logSoftmaxRow } from "./softmax.ts";
import type { Check, Section } from "./report.ts";

const TOLERANCE = 1e-9;

export async function rlSection(directory: string, section: Section): Promise<void> {
  await section.attempt("advantages", () => advantages(directory, section));
  await section.attempt("policy losses", () => policyLosses(directory, section));
  await section.attempt("dpo", () => dpo(directory, section));
  await section.attempt("sft", () => sft(directory, section));
  await section.attempt("tgrpo", () => tgrpo(directory, section));
}

/** 1e-9 relative, and absolute where the value is below one (a gradient that is 0, say). */
function close(check: Check, actual: number, expected: number, where: string): void {
  check.near(actual / Math.max(1, Math.abs(expected)), expected / Math.max(1, Math.abs(expected)), where);
}

interface AdvantageCase {
  readonly name: string;
  readonly rewards: (number | string)[][];
  readonly weights: number[];
  readonly group_size: number;
}

function advantages(directory: string, section: Section): void {
  const { cases } = readJson<{ cases: (AdvantageCase & Record<string, unknown>)[] }>(
    directory,
    "rl",
    "advantages.json",
  );
  // The reward itself needs no reference.
  for (const mode of ADVANTAGE_MODES.filter((one) => one !== "reward")) {
    const check = section.check(`advantages: ${mode}`, TOLERANCE);
    for (const one of cases) {
      const expected = one[mode] as { reward: (number | string)[]; advantage: (number | string)[] } | undefined;
      if (expected === undefined) continue;
      const rewards = one.rewards.map((row) => row.map(numberOf));
      const result = advantagesOf(rewards, { mode, groupSize: one.group_size, weights: one.weights });
      expected.reward.forEach((value, i) =>
        close(check, result.rewards[i]!, numberOf(value), `${one.name} reward ${i}`),
      );
      expected.advantage.forEach((value, i) =>
        close(check, result.advantages[i]!, numberOf(value), `${one.name} ${i}`),
      );
    }
    check.done();
  }
}

interface PolicyFile {
  readonly batches: readonly {
    logps: number[][];
    old_logps: number[][];
    ref_logps: number[][];
    advantages: number[];
    mask: number[][];
    entropies: number[][];
  }[];
  readonly cases: readonly {
    name: string;
    batch: number;
    config: Record<string, number | string | boolean | null>;
    loss: number;
    per_token_loss?: number[][];
    per_token_kl?: number[][] | null;
    grad_logps: number[][];
    metrics?: Record<string, number>;
    old_sequence_logps?: number[];
    ref_logps?: number[][];
  }[];
}
const SHOWN_METRICS = [
  "kl",
  "entropy",
  "clip_ratio/low_mean",
  "clip_ratio/high_mean",
  "clip_ratio/region_mean",
  "cispo_clip_ratio",
];

function policyLosses(directory: string, section: Section): void {
  const { batches, cases } = readJson<PolicyFile>(directory, "rl", "policy_losses.json");
  for (const name of new Set(cases.map((one) => one.name))) {
    const check = section.check(`policy loss: ${name}`, TOLERANCE);
    for (const one of cases.filter((candidate) => candidate.name === name)) {
      const source = batches[one.batch]!;
      const batch: PolicyBatch = {
        logProbs: source.logps,
        oldLogProbs: one.config.old === false ? null : source.old_logps,
        referenceLogProbs: one.ref_logps ?? source.ref_logps,
        advantages: source.advantages,
        mask: source.mask,
        entropies: source.entropies,
      };
      const result = policyResult(one, batch, source);
      const where = `${name}, batch ${one.batch}`;
      close(check, result.loss, one.loss, `${where}: loss`);
      one.grad_logps.forEach((row, k) =>
        row.forEach((value, t) => close(check, result.dLogProbs[k]![t]!, value, `${where}: gradient`)),
      );
      one.per_token_loss?.forEach((row, k) =>
        row.forEach((value, t) => close(check, result.perTokenLoss[k]![t]!, value, `${where}: token loss`)),
      );
      one.per_token_kl?.forEach((row, k) =>
        row.forEach((value, t) => close(check, result.perTokenKl![k]![t]!, value, `${where}: kl`)),
      );
      for (const metric of SHOWN_METRICS) {
        const expected = one.metrics?.[metric];
        // TRL averages metrics in float32 in places.
        const actual = result.metrics[metric];
        if (expected !== undefined && actual !== undefined)
          check.isTrue(Math.abs(actual - expected) <= 1e-6, `${where}: ${metric}`);
      }
    }
    check.done();
  }
}

function policyResult(
  one: PolicyFile["cases"][number],
  batch: PolicyBatch,
  source: PolicyFile["batches"][number],
): ObjectiveResult {
  const { config } = one;
  const number = (name: string): number => config[name] as number;
  if (config.loss_type === "rloo") {
    // Only the row's sum matters: the old sum is spread as a difference on the row's first token.
    const old = batch.logProbs.map((row, k) => {
      const values = Float64Array.from(row);
      let sum = 0;
      let first = -1;
      for (let t = 0; t < row.length; t++) {
        if (source.mask[k]![t] === 0) continue;
        sum += row[t]!;
        if (first < 0) first = t;
      }
      if (first >= 0) values[first]! += one.old_sequence_logps![k]! - sum;
      return values;
    });
    return rlooObjective(
      { ...batch, oldLogProbs: old },
      { epsilonLow: number("eps_low"), epsilonHigh: number("eps_high") },
    );
  }
  if (config.loss_type === "video_r1") {
    return grpoObjective(batch, { lossType: "video_r1", beta: number("beta"), klClamp: number("kl_clamp") });
  }
  const stepsPerGeneration = number("steps_per_generation");
  const settings: GrpoSettings = {
    lossType: config.loss_type as LossType,
    level: config.level as "token" | "sequence",
    epsilonLow: number("eps_low"),
    epsilonHigh: number("eps_high"),
    beta: number("beta"),
    delta: config.delta as number | null,
    maxCompletionLength: number("max_completion_length"),
    topEntropyShare: number("entropy_quantile"),
    sapoPositive: number("sapo_pos"),
    sapoNegative: number("sapo_neg"),
    biasCorrection: config.bias_correction_kl as boolean,
    total: {
      accumulation:
        number("accum") / (config.loss_type === "dapo" || config.loss_type === "cispo" ? stepsPerGeneration : 1),
      ...(config.num_items === null ? {} : { tokens: number("num_items") }),
    },
  };
  return grpoObjective(batch, settings);
}

interface DpoFile {
  readonly pairs: number;
  readonly input_ids: number[][];
  readonly completion_mask: number[][];
  readonly attention_mask: number[][];
  readonly logits: number[][][];
  readonly per_token_logps: number[][];
  readonly ref_per_token_logps: number[][];
  readonly cases: readonly {
    name: string;
    config: {
      loss_types: string[];
      loss_weights?: number[] | null;
      beta: number;
      label_smoothing?: number | null;
      ld_alpha?: number | null;
    };
    metrics?: Record<string, number>;
    loss: number;
    grad_logits_l2: number;
    grad_logits_row0: number[][];
    grad_logits_last_row: number[][];
    per_pair_loss?: number[];
    grad_sequence_logps?: number[];
  }[];
}

function dpo(directory: string, section: Section): void {
  const file = readJson<DpoFile>(directory, "rl", "dpo.json");
  const mask = file.completion_mask.map((row) => row.slice(1));
  for (const one of file.cases) {
    const settings = dpoSettings(one.config);
    if (settings === null) {
      section.notYet(`dpo: ${one.name}`, `variant ${JSON.stringify(one.config)} is not implemented`);
      continue;
    }
    const check = section.check(`dpo: ${one.name}`, TOLERANCE);
    const half = file.pairs;
    const result = dpoObjective(
      {
        chosen: file.per_token_logps.slice(0, half),
        rejected: file.per_token_logps.slice(half),
        referenceChosen: file.ref_per_token_logps.slice(0, half),
        referenceRejected: file.ref_per_token_logps.slice(half),
        chosenMask: mask.slice(0, half),
        rejectedMask: mask.slice(half),
      },
      settings,
    );
    close(check, result.loss, one.loss, "loss");
    one.per_pair_loss?.forEach((value, pair) => close(check, result.perPairLoss[pair]!, value, `pair ${pair}`));
    for (const [metric, actual] of Object.entries(result.metrics)) {
      const expected = one.metrics?.[metric];
      // TRL counts accuracies in float32.
      if (expected !== undefined) check.isTrue(Math.abs(actual - expected) <= 1e-6, `${metric}: ${actual}`);
    }
    const gradients = [...result.dChosen, ...result.dRejected];
    let squares = 0;
    gradients.forEach((row, k) => {
      const rows = file.logits[k]!.map((logits, t) =>
        t < row.length ? logitGradient(logits, file.input_ids[k]![t + 1]!, row[t]!) : new Float64Array(logits.length),
      );
      for (const values of rows) for (const value of values) squares += value * value;
      const expected = k === 0 ? one.grad_logits_row0 : k === gradients.length - 1 ? one.grad_logits_last_row : null;
      expected?.forEach((values, t) =>
        values.forEach((value, v) => close(check, rows[t]![v]!, value, `gradient ${k} ${t} ${v}`)),
      );
    });
    close(check, Math.sqrt(squares), one.grad_logits_l2, "gradient's length");
    check.done();
  }
}

/** Null for what the science does not have. */
function dpoSettings(config: DpoFile["cases"][number]["config"]): DpoSettings | null {
  const { loss_types: types, loss_weights: weights, beta, label_smoothing, ld_alpha, ...unknown } = config;
  const known = types.every((type) => (DPO_LOSSES as readonly string[]).includes(type));
  if (!known || Object.values(unknown).some((value) => value !== null && value !== false)) return null;
  return {
    losses: types.map((type, index) => ({ loss: type as DpoLoss, weight: weights?.[index] ?? 1 })),
    beta,
    labelSmoothing: label_smoothing ?? 0,
    tailWeight: ld_alpha ?? 1,
  };
}

interface SftFile {
  readonly logits: number[][][];
  readonly labels: number[][];
  readonly per_token_logps: number[][];
  readonly entropy: number[][];
  readonly cases: readonly { name: string; num_items: number | null; loss: number; grad_logits: number[][][] }[];
}

function sft(directory: string, section: Section): void {
  const file = readJson<SftFile>(directory, "rl", "sft.json");
  const weights = file.labels.map((row) => row.slice(1).map((label) => (label === -100 ? 0 : 1)));
  const logProbs = file.logits.map((row, k) =>
    row.slice(0, -1).map((logits, t) => {
      const label = file.labels[k]![t + 1]!;
      return label === -100 ? 0 : logSoftmaxRow(logits)[label]!;
    }),
  );
  const scored = section.check("sft: log-probabilities", TOLERANCE);
  file.per_token_logps.forEach((row, k) =>
    row.forEach((value, t) => close(scored, logProbs[k]![t]!, value, `${k} ${t}`)),
  );
  scored.done();
  for (const one of file.cases) {
    const check = section.check(`sft: ${one.name}`, 1e-6);
    const result = sftObjective({ logProbs, weights }, one.num_items === null ? {} : { totalWeight: one.num_items });
    check.near(result.loss, one.loss, "loss");
    one.grad_logits.forEach((row, k) =>
      row.forEach((values, t) => {
        const slope = result.dLogProbs[k]![t] ?? 0;
        const gradient =
          slope === 0 ? values.map(() => 0) : logitGradient(file.logits[k]![t]!, file.labels[k]![t + 1]!, slope);
        check.allNear(gradient, values, `gradient ${k} ${t}`);
      }),
    );
    check.done();
  }
}

interface TgrpoFile {
  readonly cases: readonly {
    acc: number[];
    fmt: number[];
    shuffled_acc: number[] | null;
    lengths: number[];
    temporal: boolean;
    len_control: boolean;
    temporal_flag: number;
    reward: number[];
    advantage: number[];
  }[];
}

function tgrpo(directory: string, section: Section): void {
  const { cases } = readJson<TgrpoFile>(directory, "rl", "tgrpo.json");
  const check = section.check("tgrpo: rewards, gate and advantages", TOLERANCE);
  cases.forEach((one, index) => {
    const outcome = shapeGroup(
      { accuracies: one.acc, formats: one.fmt, tokenCounts: one.lengths, shuffledAccuracies: one.shuffled_acc },
      {
        advantage: "group",
        temporal: {
          enabled: one.temporal,
          mu: 0.8,
          alpha: 0.3,
          rule: "mean",
          proportionAbove: 0.5,
          eligibleAbove: 0.1,
          apply: "reward",
        },
        length: { enabled: one.len_control, minTokens: 320, maxTokens: 512, omega: 0.2, needsTwo: true },
      },
    );
    const gateFlag = outcome.gate === null ? 0.5 : outcome.gate.passed ? 1 : 0;
    check.same(gateFlag, one.temporal_flag, `case ${index}: gate`);
    one.reward.forEach((value, i) => close(check, outcome.rewards[i]!, value, `case ${index}: reward ${i}`));
    one.advantage.forEach((value, i) => close(check, outcome.advantages[i]!, value, `case ${index}: advantage ${i}`));
  });
  check.done();
}
