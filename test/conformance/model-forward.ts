/** Intermediate states, log-probabilities, entropy and loss of a forward pass. */
import { splitRows } from "../../science/objectives/objective.ts";
import { tensorOf, type Tensor } from "./files.ts";
import { asGroup, type ModelCase } from "./model-inputs.ts";
import type { Section } from "./report.ts";

/** Largest error allowed, absolute. */
export interface ForwardTolerances {
  readonly logProbs: (temperature: number) => number;
  readonly entropy: (temperature: number) => number;
  readonly vision: number;
  readonly language: number;
  readonly logits: number;
}

const TOLERANCE = 2e-4;
const FLOAT32: ForwardTolerances = {
  logProbs: () => TOLERANCE,
  entropy: () => TOLERANCE,
  vision: TOLERANCE,
  language: TOLERANCE,
  logits: TOLERANCE,
};

export async function checkForward(one: ModelCase, section: Section, allowed = FLOAT32): Promise<void> {
  await checkScores(one, section, allowed);
  await section.attempt(`${one.input}: hidden states`, () => checkStates(one, section, allowed));
}

async function checkScores(
  { model, rows, tensors, input }: ModelCase,
  section: Section,
  allowed: ForwardTolerances,
): Promise<void> {
  const batch = rows.map(asGroup);
  for (const name of tensors.keys()) {
    const suffix = /^logps(?:_temp([\d.]+))?$/.exec(name);
    if (suffix === null) continue;
    const temperature = suffix[1] === undefined ? 1 : Number(suffix[1]);
    const scores = await model.score(batch, { temperature });
    const ending = suffix[1] === undefined ? "" : ` at temperature ${temperature}`;
    const logProbs = section.check(`${input}: log-probabilities${ending}`, allowed.logProbs(temperature));
    const entropy = section.check(`${input}: entropy${ending}`, allowed.entropy(temperature));
    const expected = tensorOf(tensors, name);
    const expectedEntropy = tensorOf(tensors, suffix[1] === undefined ? "entropy" : `entropy_temp${suffix[1]}`);
    const ownLogProbs = splitRows(scores.logProbs, scores.offsets);
    const ownEntropy = splitRows(scores.entropy, scores.offsets);
    rows.forEach((row, k) => {
      // Two rows of scores a group: the prompt's tokens, then the answer's.
      logProbs.allNear([...ownLogProbs[2 * k]!, ...ownLogProbs[2 * k + 1]!], rowOf(expected, k, row.start), `row ${k}`);
      entropy.allNear(
        [...ownEntropy[2 * k]!, ...ownEntropy[2 * k + 1]!],
        rowOf(expectedEntropy, k, row.start).slice(0, -1),
        `row ${k}`,
      );
    });
    logProbs.done();
    entropy.done();
  }
}

/** Row k of a `[B, L, …]` tensor from place `start` on. */
function rowOf(tensor: Tensor, k: number, start: number): Float32Array {
  const inner = tensor.shape.slice(2).reduce((product, size) => product * size, 1);
  const length = tensor.shape[1]!;
  return (tensor.data as Float32Array).slice((k * length + start) * inner, (k + 1) * length * inner);
}

async function checkStates(
  { model, rows, tensors, input }: ModelCase,
  section: Section,
  allowed: ForwardTolerances,
): Promise<void> {
  const traces: ReadonlyMap<string, Float32Array>[] = [];
  for (const row of rows) traces.push(await model.trace({ ids: row.ids, media: row.media }));
  const tolerances: Readonly<Record<string, number>> = {
    "vision tower": allowed.vision,
    "language model": allowed.language,
    logits: allowed.logits,
  };
  const groups = new Map<string, string[]>();
  for (const name of tensors.keys()) {
    const part = /^vision\.(?:image|video)\.(?:patch_embed|block\.\d+|merged)$/.test(name)
      ? "vision tower"
      : /^lm\.(?:embeds|layer\.\d+|norm)$/.test(name)
        ? "language model"
        : /^logits(?:_tail)?$/.test(name)
          ? "logits"
          : null;
    if (part !== null) groups.set(part, [...(groups.get(part) ?? []), name]);
  }
  for (const [part, names] of groups) {
    const check = section.check(`${input}: ${part}`, tolerances[part]!);
    for (const name of names) {
      const expected = tensorOf(tensors, name);
      if (part === "vision tower") {
        const actual = traces.flatMap((trace) => [...(trace.get(name) ?? [])]);
        if (actual.length > 0) check.allNear(actual, expected.data as Float32Array, name);
        continue;
      }
      rows.forEach((row, k) => {
        const actual = traces[k]!.get(name === "logits_tail" ? "logits" : name);
        if (actual === undefined) return;
        if (name === "logits_tail") {
          const tail = rowOf(expected, k, 0);
          check.allNear(actual.slice(actual.length - tail.length), tail, `${name} row ${k}`);
        } else check.allNear(actual, rowOf(expected, k, row.start), `${name} row ${k}`);
      });
    }
    check.done();
  }
}
