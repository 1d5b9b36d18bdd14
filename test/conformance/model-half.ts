/**
 * A checkpoint run with matrices stored as bfloat16: its logits against the float32 reference may be off by 1.5 times what
 * transformers is off in bfloat16, which the folder states for some inputs. What it does not state is `not yet`.
 */
import { tensorOf } from "./files.ts";
import type { ModelCase } from "./model-inputs.ts";
import type { Section } from "./report.ts";

/** What transformers in bfloat16 differs by. */
export interface HalfError {
  readonly logits_max: number;
  readonly logits_mean: number;
}

const ALLOWED = 1.5;

export async function checkHalf({ model, rows, tensors, info, input }: ModelCase, section: Section): Promise<void> {
  if (info.bf16 === undefined) {
    section.notYet(`${input}: logits in bf16`, "the folder states no bfloat16 error for this input");
  } else {
    const reference = tensorOf(tensors, tensors.has("logits") ? "logits" : "logits_tail");
    const [, length, vocabulary] = reference.shape as [number, number, number];
    const values = reference.data as Float32Array;
    const largest = section.check(`${input}: largest error of a logit in bf16`, ALLOWED * info.bf16.logits_max);
    const mean = section.check(`${input}: mean error of logits in bf16`, ALLOWED * info.bf16.logits_mean);
    let sum = 0;
    let count = 0;
    for (const [k, row] of rows.entries()) {
      const own = (await model.trace({ ids: row.ids, media: row.media })).get("logits")!;
      const places = Math.min(length, own.length / vocabulary);
      const expected = values.subarray(((k + 1) * length - places) * vocabulary, (k + 1) * length * vocabulary);
      const actual = own.subarray(own.length - expected.length);
      largest.allNear(actual, expected, `row ${k}`);
      actual.forEach((value, i) => (sum += Math.abs(value - expected[i]!)));
      count += actual.length;
    }
    mean.near(sum / count, 0, "mean");
    largest.done();
    mean.done();
  }
  for (const what of ["hidden states", "log-probabilities", "greedy tokens", "gradients and update"])
    section.notYet(`${input}: ${what} in bf16`, "the folder states no bfloat16 error for it");
}
