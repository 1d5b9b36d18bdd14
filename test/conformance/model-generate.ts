/** Greedy generation: tokens and stops exactly, log-probabilities of the chosen tokens where logits are stored. */
import { numbersOf, tensorOf } from "./files.ts";
import type { ModelCase } from "./model-inputs.ts";
import { logSoftmaxRow } from "./softmax.ts";
import type { Section } from "./report.ts";

export async function checkGeneration(
  { model, rows, tensors, info, input }: ModelCase,
  section: Section,
): Promise<void> {
  const tokens = tensorOf(tensors, "gen.tokens");
  const maxTokens = tokens.shape[1]!;
  const prompts = rows.map((row) => ({ ids: row.ids.slice(0, row.promptLength), media: row.media }));
  const greedy = { greedy: true, maxTokens, seed: 1 };
  const free = await model.generate(prompts, { n: 1, sampling: { ...greedy, stopIds: [] } });
  const wanted = rows.map((_, k) => [...numbersOf(tokens).subarray(k * maxTokens, (k + 1) * maxTokens)]);
  const exact = section.check(`${input}: greedy tokens`);
  rows.forEach((_, k) => exact.same([...free[k]!.completions[0]!.ids], wanted[k], `row ${k}`));
  exact.done();
  const stopped = await model.generate(prompts, { n: 1, sampling: { ...greedy, stopIds: [info.stop_eos] } });
  const stops = section.check(`${input}: stops`);
  rows.forEach((_, k) => {
    const end = wanted[k]!.indexOf(info.stop_eos);
    stops.same([...stopped[k]!.completions[0]!.ids], end < 0 ? wanted[k] : wanted[k]!.slice(0, end + 1), `row ${k}`);
    stops.same(stopped[k]!.completions[0]!.stopReason, end < 0 ? "length" : "stop", `row ${k}: reason`);
  });
  stops.done();
  const logits = tensors.get("gen.logits");
  if (logits === undefined) return;
  const vocabulary = logits.shape[2]!;
  const chosen = section.check(`${input}: log-probabilities while generating`, 2e-4);
  rows.forEach((_, k) =>
    wanted[k]!.forEach((id, step) => {
      const at = (k * maxTokens + step) * vocabulary;
      const row = logSoftmaxRow((logits.data as Float32Array).subarray(at, at + vocabulary));
      chosen.near(free[k]!.completions[0]!.logProbs[step]!, row[id]!, `row ${k}, step ${step}`);
    }),
  );
  chosen.done();
}
