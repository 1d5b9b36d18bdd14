/** AdamW traces with clipping and schedules: the engine against optim/adamw.*. */
import { learningRateAt, type ScheduleName } from "../../science/schedules.ts";
import { loadEngine } from "./engine.ts";
import { numbersOf, readJson, readTensors, tensorOf } from "./files.ts";
import type { Section } from "./report.ts";

interface AdamwFile {
  readonly steps: number;
  readonly cases: readonly {
    index: number;
    lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    clip: number | null;
    schedule: string;
    warmup: number;
    grad_norms: number[];
  }[];
}

export async function adamwRows(directory: string, section: Section): Promise<void> {
  const file = readJson<AdamwFile>(directory, "optim", "adamw.json");
  const tensors = readTensors(directory, "optim", "adamw.safetensors");
  const module = await loadEngine();
  if (typeof module === "string") {
    section.notYet("adamw traces", module);
    return;
  }
  for (const one of file.cases) {
    const check = section.check(
      `adamw ${one.index}: ${one.schedule}${one.clip === null ? "" : `, clip ${one.clip}`}`,
      5e-6,
    );
    const count = [...tensors.keys()].filter((name) => new RegExp(`^${one.index}\\.grad\\d+$`).test(name)).length;
    const gradients = Array.from({ length: count }, (_, j) => numbersOf(tensorOf(tensors, `${one.index}.grad${j}`)));
    const traces = Array.from(
      { length: count },
      (_, j) => tensorOf(tensors, `${one.index}.f32.param${j}`).data as Float32Array,
    );
    const sizes = gradients.map((values) => values.length / file.steps);
    const states = sizes.map((size, j) => ({
      parameter: traces[j]!.slice(0, size),
      gradient: new Float32Array(size),
      m: new Float32Array(size),
      v: new Float32Array(size),
    }));
    const schedule = {
      name: (one.schedule.startsWith("constant") ? "constant" : one.schedule) as ScheduleName,
      learningRate: one.lr,
      warmupSteps: one.schedule === "constant" ? 0 : one.warmup,
      totalSteps: file.steps,
    };
    for (let step = 0; step < file.steps; step++) {
      let squares = 0;
      let gradientScale = 1;
      states.forEach((state, j) => {
        state.gradient.set(gradients[j]!.subarray(step * sizes[j]!, (step + 1) * sizes[j]!));
        for (const value of state.gradient) squares += value * value;
      });
      const norm = Math.sqrt(squares);
      if (one.clip !== null) {
        // torch clips in place, so stored gradients may be clipped already: norms are compared after clipping.
        const clipped = Math.min(one.clip, one.grad_norms[step]!);
        check.near(Math.min(one.clip, norm) / clipped, 1, `step ${step}: gradient norm`);
        gradientScale = Math.min(1, one.clip / (norm + 1e-6));
      }
      const options = {
        step: step + 1,
        learningRate: learningRateAt(step, schedule),
        beta1: one.betas[0],
        beta2: one.betas[1],
        epsilon: one.eps,
        weightDecay: one.weight_decay,
        gradientScale,
      };
      for (const [j, state] of states.entries()) {
        Object.assign(state, module.adamwUpdate(state, state.gradient, options));
        const expected = traces[j]!.subarray((step + 1) * sizes[j]!, (step + 2) * sizes[j]!);
        check.allNear(state.parameter, expected, `step ${step}, parameter ${j}`);
      }
    }
    check.done();
  }
}
