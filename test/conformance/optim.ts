/** Schedules (science/schedules.ts) and AdamW traces (the engine) against optim/. */
import { learningRateAt, type ScheduleName } from "../../science/schedules.ts";
import { adamwRows } from "./adamw.ts";
import { readJson } from "./files.ts";
import type { Section } from "./report.ts";

interface ScheduleCase {
  readonly type: string;
  readonly lr: number;
  readonly warmup?: number;
  readonly total: number;
  readonly extra?: { min_lr?: number; min_lr_rate?: number };
  readonly lr_used: number[];
}

const NAMES: Readonly<Record<string, ScheduleName>> = {
  linear: "linear",
  cosine: "cosine",
  constant: "constant",
  constant_with_warmup: "constant",
  cosine_with_min_lr: "cosine",
};

export async function optimSection(directory: string, section: Section): Promise<void> {
  await section.attempt("schedules", () => schedules(directory, section));
  await section.attempt("adamw", () => adamwRows(directory, section));
}

function schedules(directory: string, section: Section): void {
  const { cases } = readJson<{ cases: ScheduleCase[] }>(directory, "optim", "schedules.json");
  for (const type of new Set(cases.map((one) => one.type))) {
    const name = NAMES[type];
    if (name === undefined) {
      section.notYet(`schedule: ${type}`, "this schedule is not implemented");
      continue;
    }
    const check = section.check(`schedule: ${type}`, 1e-12);
    for (const one of cases.filter((candidate) => candidate.type === type)) {
      const minRatio = one.extra?.min_lr_rate ?? (one.extra?.min_lr ?? 0) / one.lr;
      const warmupSteps = type === "constant" ? 0 : (one.warmup ?? 0);
      const schedule = { name, learningRate: one.lr, warmupSteps, totalSteps: one.total, minRatio };
      one.lr_used.forEach((rate, step) =>
        check.near(learningRateAt(step, schedule), rate, `${type}, step ${step}`, rate === 0 ? "absolute" : "relative"),
      );
    }
    check.done();
  }
}
