/** Filtered probabilities: the engine against sampling/. */
import { loadEngine } from "./engine.ts";
import { readJson, readTensors, tensorOf } from "./files.ts";
import type { Section } from "./report.ts";

interface Case {
  readonly index: number;
  readonly temperature?: number;
  readonly top_k?: number;
  readonly top_p?: number;
  readonly min_p?: number;
  readonly repetition_penalty?: number;
  readonly kept: number[];
}

export async function samplingSection(directory: string, section: Section): Promise<void> {
  const { cases } = readJson<{ cases: Case[] }>(directory, "sampling", "sampling.json");
  const tensors = readTensors(directory, "sampling", "sampling.safetensors");
  const module = await loadEngine();
  if (typeof module === "string") {
    section.notYet("filtered probabilities", module);
    return;
  }
  const logits = tensorOf(tensors, "logits");
  const history = Int32Array.from(tensorOf(tensors, "history").data as BigInt64Array, Number);
  const [rows, vocabulary] = logits.shape as [number, number];
  const perRow = history.length / rows;
  for (const one of cases) {
    const { index, ...settings } = one;
    await section.attempt(`case ${index}`, async () => {
      const names = Object.entries(settings).filter(([, value]) => typeof value === "number");
      const title = names.map(([name, value]) => `${name} ${String(value)}`).join(", ");
      const check = section.check(`case ${index}: ${title || "unchanged"}`, 1e-6);
      const expected = tensorOf(tensors, `probs.${index}`).data as Float32Array;
      for (let row = 0; row < rows; row++) {
        const actual = module.processLogits(
          (logits.data as Float32Array).slice(row * vocabulary, (row + 1) * vocabulary),
          history.slice(row * perRow, (row + 1) * perRow),
          {
            temperature: one.temperature ?? 1,
            topK: one.top_k ?? 0,
            topP: one.top_p ?? 1,
            minP: one.min_p ?? 0,
            repetitionPenalty: one.repetition_penalty ?? 1,
          },
        );
        const wanted = expected.slice(row * vocabulary, (row + 1) * vocabulary);
        const top = (logits.data as Float32Array).slice(row * vocabulary, (row + 1) * vocabulary);
        // Which of two equal logits survives top-p's cut depends on the sort: rows with ties are compared sorted.
        const tied = new Set(top).size < top.length;
        const order = (values: Float32Array) => (tied ? values.slice().sort() : values);
        check.allNear(order(Float32Array.from(actual)), order(wanted), `row ${row}`);
        check.same(survivors(actual), survivors(wanted), `row ${row}: entries that survive`);
      }
      check.done();
    });
  }
}

/** Entries that are not zero; what is below float32's normal range counts as zero on both sides. */
function survivors(probabilities: Float32Array): number {
  return probabilities.reduce((sum, p) => sum + (p > 1.2e-38 ? 1 : 0), 0);
}
