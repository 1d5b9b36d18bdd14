/** The runs of the proof as jobs: what each trains and what must be there first. */
import type { RunConfigFile } from "../../contract/run-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { checkpointOf, readRecord } from "../../workbench/proof/run-record.ts";
import type { Job } from "../../workbench/proof/work.ts";
import type { NewRun } from "../../workbench/runs/launch.ts";
import { newRunFrom } from "../../workbench/runs/new-run.ts";
import { TIME_REFERENCE, type Arm } from "./arms.ts";

export const RECIPE = "video-r1";
export const PRESET = "tiny";

export interface Proof {
  readonly data: string;
  readonly seeds: readonly number[];
  readonly arms: readonly Arm[];
  /** Quick settings or none. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly quick: boolean;
}

/** A rehearsal's runs have another name, so that a page never takes one for the real thing. */
export const runName = (arm: Arm, seed: number, quick: boolean): string =>
  `${quick ? "Rehearsal" : "Results"} · ${arm.title} · seed ${seed}`;

export const jobKey = (arm: string, seed: number): string => `${arm}/${seed}`;

/** One of each arm and seed; one seed is whole before the next. */
export function jobsOf(proof: Proof): Job[] {
  return proof.seeds.flatMap((seed) =>
    proof.arms.map((arm): Job => ({
      key: jobKey(arm.id, seed),
      title: `${arm.title}, seed ${seed}`,
      needs: arm.needs.map((name) => jobKey(name, seed)),
      async configuration(needed) {
        const { data } = proof;
        const branch = arm.from === "sft" ? checkpointOf(await readRecord(data, needed[0]!), "sft") : undefined;
        const sftSteps = arm.needs.includes(TIME_REFERENCE) ? await stepsForTheTime(data, needed) : undefined;
        return configurationOf(proof, arm, seed, sftSteps, branch);
      },
    })),
  );
}

/** The curve has six points whatever the length; the other measurements are made at the ends only. */
const MEASUREMENTS = 5;

function configurationOf(
  { data, overrides, quick }: Proof,
  arm: Arm,
  seed: number,
  sftSteps: number | undefined,
  branchFrom: RunConfigFile["branchFrom"],
): NewRun {
  const given = { ...overrides, ...arm.overrides, ...(sftSteps === undefined ? {} : { "sft.steps": sftSteps }) };
  const { stages } = recipeById(RECIPE).settings(PRESET, given);
  // A branch leaves its stages before the checkpoint out, so the last stage is the one that is done.
  const steps = stages.at(-1)?.steps ?? 0;
  const measured = { ...given, "evaluation.every": Math.max(1, Math.ceil(steps / MEASUREMENTS)) };
  const request = { recipe: RECIPE, preset: PRESET, seed, name: runName(arm, seed, quick), overrides: measured };
  return { ...newRunFrom(data, request), ...(branchFrom === undefined ? {} : { branchFrom }) };
}

/** Updates of SFT that take as many seconds as the other run's updates took. */
async function stepsForTheTime(data: string, [sft, other]: readonly string[]): Promise<number> {
  const own = await readRecord(data, sft!);
  const reference = await readRecord(data, other!);
  return Math.max(1, Math.round(reference.updateSeconds / (own.updateSeconds / own.steps.length)));
}
