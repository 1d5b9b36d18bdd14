/** The runs that a system's claims need, as jobs: the shared cold start of each seed, then every arm. */
import { join } from "node:path";
import type { RunConfigFile } from "../../contract/run-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { checkpointOf, readRecord } from "../proof/run-record.ts";
import type { Job } from "../proof/work.ts";
import type { NewRun } from "../runs/launch.ts";
import { newRunFrom, samplePackData } from "../runs/new-run.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Arm, Overrides, SystemClaims } from "./claim.ts";

export interface ClaimRuns {
  readonly data: string;
  readonly seeds: readonly number[];
  readonly quick: boolean;
  readonly ablations: boolean;
}

/** Everything runs, nothing is learnt. */
const QUICK: Overrides = {
  "sft.steps": 2,
  "sft.batchSize": 8,
  "rl.steps": 2,
  "rl.promptsPerStep": 3,
  "rl.groupSize": 4,
  "evaluation.items": 6,
};

/** What every arm has: measured at its end only, on ordered frames, resumable on the way. */
const COMMON: Overrides = {
  "evaluation.every": 0,
  "evaluation.contrasts": false,
  "checkpoint.every": 50,
};

/** Where a data set's files are: the sample pack's own folder, or `sets/NAME` beside it. */
export function setFolder(data: string, set: string): string {
  return set === DATA_FOLDER.samplePack ? join(data, set) : join(data, DATA_FOLDER.sets, set);
}

/** The files of a set, named as the sample pack's. */
export function setData(data: string, set: string): NewRun["data"] {
  if (set === DATA_FOLDER.samplePack) return samplePackData(data);
  const root = setFolder(data, set);
  return {
    train: join(root, "train.json"),
    sft: join(root, "sft.json"),
    validation: join(root, "validation.json"),
    heldOut: join(root, "heldout.json"),
    mediaRoot: root,
  };
}

/** Every set that the system's arms train on. */
export function setsOf({ data, arms, ablations }: SystemClaims): string[] {
  return [...new Set([data, ...[...arms, ...ablations].map((arm) => arm.data ?? data)])];
}

export const armsOf = (claims: SystemClaims, ablations: boolean): readonly Arm[] =>
  ablations ? [...claims.arms, ...claims.ablations] : claims.arms;

/** The cold start of a seed, which `runs("sft")` gives a claim's measurement. */
export const sftKey = (claims: SystemClaims, set: string, seed: number): string =>
  `sft/${set}/${JSON.stringify(claims.sft ?? {})}/${seed}`;
export const armKey = (claims: SystemClaims, arm: string, seed: number): string => `${claims.system}/${arm}/${seed}`;

/** Jobs of one system; the same cold start of two systems has the same key and is done once. */
export function jobsOf(claims: SystemClaims, runs: ClaimRuns): Job[] {
  return runs.seeds.flatMap((seed) => {
    const arms = armsOf(claims, runs.ablations);
    const starts = new Set(arms.filter(({ from }) => from === "sft").map(({ data }) => data ?? claims.data));
    return [
      ...[...starts].map((set) => coldStart(claims, set, seed, runs)),
      ...arms.map((arm) => armJob(claims, arm, seed, runs)),
    ];
  });
}

function coldStart(claims: SystemClaims, set: string, seed: number, runs: ClaimRuns): Job {
  const title = `SFT on ${set}`;
  return {
    key: sftKey(claims, set, seed),
    title: `${title}, seed ${seed}`,
    needs: [],
    configuration: () =>
      configurationOf(runs, {
        name: nameOf(title, seed, runs.quick),
        recipe: "video-r1",
        preset: "tiny",
        seed,
        set,
        // The start is known from the arms; only its own end is measured, on validation.
        given: { ...claims.sft, "rl.steps": 0 },
        quick: claims.quick,
      }),
  };
}

function armJob(claims: SystemClaims, arm: Arm, seed: number, runs: ClaimRuns): Job {
  const { from } = arm;
  const set = arm.data ?? claims.data;
  const needs = from === "base" ? [] : [from === "sft" ? sftKey(claims, set, seed) : armKey(claims, from.arm, seed)];
  const label = typeof from === "string" ? "sft" : from.label;
  return {
    key: armKey(claims, arm.id, seed),
    title: `${claims.title}: ${arm.title}, seed ${seed}`,
    needs,
    async configuration([start]) {
      const branchFrom = start === undefined ? undefined : checkpointOf(await readRecord(runs.data, start), label);
      const name = nameOf(`${claims.title}: ${arm.title}`, seed, runs.quick);
      const { recipe, preset, overrides: given } = arm;
      return configurationOf(runs, { name, recipe, preset, seed, set, given, quick: claims.quick, branchFrom });
    },
  };
}

/** A rehearsal's runs have another name, so that a page never takes one for the real thing. */
const nameOf = (title: string, seed: number, quick: boolean): string =>
  `${quick ? "Rehearsal" : "Claims"} · ${title} · seed ${seed}`;

interface Wanted {
  readonly name: string;
  readonly recipe: string;
  readonly preset: string;
  readonly seed: number;
  readonly set: string;
  readonly given: Overrides;
  readonly quick: Overrides | undefined;
  readonly branchFrom?: RunConfigFile["branchFrom"];
}

function configurationOf({ data, quick }: ClaimRuns, wanted: Wanted): NewRun {
  const { name, recipe, preset, seed, set, branchFrom } = wanted;
  const known = recipeById(recipe).fields;
  const rehearsal = Object.entries({ ...QUICK, ...wanted.quick }).filter(([field]) => Object.hasOwn(known, field));
  // What an arm leaves out (0 steps of RL) stays left out in a rehearsal.
  const shortened = rehearsal.filter(([field]) => wanted.given[field] !== 0);
  const overrides = { ...COMMON, ...wanted.given, ...(quick ? Object.fromEntries(shortened) : {}) };
  const files = Object.fromEntries(Object.entries(setData(data, set)));
  const run = newRunFrom(data, { recipe, preset, seed, name, overrides, data: files });
  return { ...run, ...(branchFrom === undefined ? {} : { branchFrom }) };
}
