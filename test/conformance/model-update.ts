/** Loss, gradients of every parameter, and one clipped AdamW step. */
import { flattenRows, splitRows } from "../../science/objectives/objective.ts";
import { sftObjective } from "../../science/objectives/sft.ts";
import { has, readTensors, tensorOf, type Tensor } from "./files.ts";
import { asGroup, type Fingerprint, type ModelCase } from "./model-inputs.ts";
import type { Section } from "./report.ts";

/** Largest error allowed: of the loss absolute, of gradients as a share of the tensor's largest, of their norm relative. */
export interface GradientTolerances {
  readonly loss: number;
  readonly gradients: number;
  readonly norm: number;
}

const FLOAT32: GradientTolerances = { loss: 1e-4, gradients: 1e-3, norm: 1e-4 };

/** Loss and gradients; leaves the gradients in the model. */
export async function checkGradients(one: ModelCase, section: Section, allowed = FLOAT32): Promise<void> {
  const { model, rows, info, input } = one;
  const batch = rows.map(asGroup);
  const weights = labelWeights(one);
  const tape = await model.forward(batch);
  const result = sftObjective({ logProbs: splitRows(tape.logProbs, tape.offsets), weights });
  const loss = section.check(`${input}: loss`, allowed.loss);
  loss.near(result.loss, info.loss, "loss");
  loss.done();
  await tape.backward(flattenRows(result.dLogProbs));
  tape.dispose();
  await checkValues(section, `${input}: gradients`, "grads", one, (name) => model.readGradient(name), info.grads, {
    tolerance: allowed.gradients,
    relativeToLargest: true,
  });
}

export async function checkUpdate(one: ModelCase, section: Section): Promise<void> {
  const { model, rows, info, input } = one;
  await checkGradients(one, section);
  const { adamw } = info;
  const step = await model.step({
    learningRate: adamw.lr,
    clip: adamw.clip,
    beta1: adamw.beta1,
    beta2: adamw.beta2,
    epsilon: adamw.eps,
    weightDecay: adamw.weight_decay,
    skipNormDecay: false,
  });
  const norm = section.check(`${input}: gradient norm`, 1e-4);
  norm.near(step.gradientNorm, info.grad_norm, "norm", "relative");
  norm.done();
  await checkValues(
    section,
    `${input}: updated weights`,
    "updated",
    one,
    (name) => model.readParameter(name),
    info.updated,
    {
      tolerance: 5e-5,
      relativeToLargest: false,
    },
  );
  const after = await model.score(rows.map(asGroup));
  const lossAfter = section.check(`${input}: loss after the step`, 2e-3);
  lossAfter.near(
    sftObjective({ logProbs: splitRows(after.logProbs, after.offsets), weights: labelWeights(one) }).loss,
    info.loss_after_step,
    "loss",
  );
  lossAfter.done();
}

/** 1 on the tokens that have a label, in the rows of a batch made by `asGroup`. */
function labelWeights({ rows, tensors }: ModelCase): Float64Array[] {
  const labels = tensorOf(tensors, "labels");
  const length = labels.shape[1]!;
  return rows.flatMap((row, k) => {
    const own = (labels.data as BigInt64Array).subarray(k * length + row.start + 1, (k + 1) * length);
    const weights = Float64Array.from(own, (label) => (label === -100n ? 0 : 1));
    return [weights.slice(0, row.promptLength - 1), weights.slice(row.promptLength - 1)];
  });
}

interface Rule {
  readonly tolerance: number;
  /** Errors are shares of the tensor's largest magnitude. */
  readonly relativeToLargest: boolean;
}

/** Whole tensors where they are stored, else the fingerprint's eight values, sum aside, and the length. */
async function checkValues(
  section: Section,
  title: string,
  file: "grads" | "updated",
  one: ModelCase,
  read: (name: string) => Promise<Float32Array>,
  fingerprints: Readonly<Record<string, Fingerprint>> | undefined,
  rule: Rule,
): Promise<void> {
  const path = ["model", one.checkpoint, `${one.input}.${file}.safetensors`];
  const whole: ReadonlyMap<string, Tensor> = has(one.directory, ...path)
    ? readTensors(one.directory, ...path)
    : new Map();
  const check = section.check(title, rule.tolerance);
  for (const [name, fingerprint] of Object.entries(fingerprints ?? {})) {
    const actual = await read(name);
    const scale = rule.relativeToLargest ? Math.max(1e-12, fingerprint.absmax) : 1;
    const stored = whole.get(name)?.data as Float32Array | undefined;
    if (stored !== undefined) {
      if (stored.length !== actual.length)
        check.isTrue(false, `${name}: ${actual.length} values instead of ${stored.length}`);
      else for (let i = 0; i < stored.length; i++) check.near(actual[i]! / scale, stored[i]! / scale, `${name}[${i}]`);
      continue;
    }
    const size = fingerprint.shape.reduce((product, side) => product * side, 1);
    check.isTrue(actual.length === size, `${name}: ${actual.length} values instead of ${size}`);
    fingerprint.at.forEach((index, i) =>
      check.near(actual[index]! / scale, fingerprint.values[i]! / scale, `${name}[${index}]`),
    );
    const length = Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0));
    check.near(length / Math.max(1e-12, fingerprint.l2), 1, `${name}: length`);
  }
  check.done();
}
