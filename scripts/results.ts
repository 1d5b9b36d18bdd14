/**
 * `npm run results`: the recipe's claim checked over several seeds against its opponents and controls (scripts/results/
 * arms.ts). Trains what is missing, then writes docs/results.md and its figure from the journals, whatever comes out.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { readSamples } from "../science/records.ts";
import { samplePackData } from "../workbench/runs/new-run.ts";
import { chosenArms, QUICK_OVERRIDES, type Arm } from "./results/arms.ts";
import { curvesFigure, type Curve } from "./results/figure.ts";
import { readRun, type RunRecord } from "./results/journal.ts";
import { resultsPage } from "./results/page.ts";
import { jobKey, jobsOf, runName } from "./results/plan.ts";
import { Results, type Policy } from "./results/results.ts";
import { endOf, existingRuns } from "../workbench/proof/find-runs.ts";
import { mean } from "../workbench/proof/statistics.ts";
import { workOff } from "../workbench/proof/work.ts";

const USAGE = `npm run results [-- OPTIONS]

  --seeds 1,2,3     seeds (default: 1,2,3)
  --arms a,b        only these arms and those they need
  --data DIR        data folder (default: .secondlook/results); complete runs in it are taken as they are
  --parallel N      runs at a time, each with its share of the cores
  --report-only     trains nothing: the page again from the runs that are there
  --out DIR         where results.md and images/ go (default: docs)
  --quick           a rehearsal of minutes with a few updates a run, written into the data folder
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    arms: { type: "string" },
    data: { type: "string" },
    parallel: { type: "string", default: "1" },
    "report-only": { type: "boolean", default: false },
    out: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const quick = values.quick;
const data = resolve(values.data ?? (quick ? ".secondlook/results-quick" : ".secondlook/results"));
const out = resolve(values.out ?? (quick ? data : "docs"));
const seeds = values.seeds.split(",").map(Number);
const parallel = Math.max(1, Number(values.parallel));
if (!seeds.every(Number.isInteger) || !Number.isInteger(parallel)) {
  console.error(`--seeds and --parallel take whole numbers.\n\n${USAGE}`);
  process.exit(2);
}

/** Real video files and their questions, made where they are not there yet. */
function makePack(): void {
  const args = ["workbench/cli.ts", "pack", "--data", data, ...(quick ? ["--small"] : [])];
  const pack = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (pack.status !== 0) throw new Error("The sample pack could not be made; its output is above.");
}

/** The run of an arm and seed, or why there is none. */
interface Done {
  readonly arm: string;
  readonly seed: number;
  readonly run: string | null;
  readonly reason: string | null;
}

/** The newest complete run of each arm and seed, by name. */
function runsByName(arms: readonly Arm[]): Done[] {
  const existing = existingRuns(data);
  return arms.flatMap((arm) =>
    seeds.map((seed): Done => {
      const name = runName(arm, seed, quick);
      const run = existing.findLast((config) => config.name === name && endOf(data, config.id) === "completed");
      return { arm: arm.id, seed, run: run?.id ?? null, reason: run ? null : `no complete run "${name}" in ${data}` };
    }),
  );
}

async function trainWhatIsMissing(arms: readonly Arm[]): Promise<Done[]> {
  const jobs = jobsOf({ data, seeds, arms, overrides: quick ? QUICK_OVERRIDES : {}, quick });
  const ended = new Map((await workOff(data, jobs, parallel)).map((done) => [done.key, done]));
  return seeds.flatMap((seed) => arms.map(({ id }) => ({ arm: id, seed, ...ended.get(jobKey(id, seed))! })));
}

async function policiesOf(arms: readonly Arm[], done: readonly Done[]): Promise<Policy[]> {
  const policies: Policy[] = [];
  for (const arm of arms) {
    const runs = new Map<number, RunRecord>();
    for (const { arm: id, seed, run } of done) {
      if (id === arm.id && run !== null) runs.set(seed, await readRun(data, run));
    }
    if (runs.size === 0) continue;
    if (arm.id === "sft") policies.push({ id: "initial", title: "initial", label: "initial", runs });
    policies.push({ id: arm.id, title: arm.title, label: arm.id.startsWith("sft") ? "sft" : "rl", runs });
  }
  return policies;
}

/** Validation accuracy by share of the stage; arms that branch start with what their SFT run ended with. */
function curvesOf(arms: readonly Arm[], results: Results): { curves: Curve[]; reference: number | null } {
  const validation = (record: RunRecord): { at: number; value: number }[] =>
    record.evaluations
      .filter(({ split }) => split === "validation")
      .map(({ step, accuracy }) => ({ at: step / record.totalSteps, value: accuracy }))
      .sort((left, right) => left.at - right.at);
  const sft = results.policy("sft")?.runs;
  const end = (seed: number): number | undefined => {
    const record = sft?.get(seed);
    return record === undefined ? undefined : validation(record).at(-1)?.value;
  };
  const curves = arms.flatMap(({ id, title, from, control }): Curve[] => {
    const policy = results.policy(id);
    if (policy === undefined) return [];
    const lines = [...policy.runs].map(([seed, record]) => {
      const start = from === "sft" ? end(seed) : undefined;
      return [...(start === undefined ? [] : [{ at: 0, value: start }]), ...validation(record)];
    });
    return [{ title, seeds: lines.filter((line) => line.length > 0), control: control === true }];
  });
  const ends = seeds.flatMap((seed) => end(seed) ?? []);
  return { curves: curves.filter((curve) => curve.seeds.length > 0), reference: ends.length > 0 ? mean(ends) : null };
}

const arms = chosenArms(values.arms?.split(",") ?? null);
mkdirSync(data, { recursive: true });
if (!values["report-only"]) makePack();
const pack = samplePackData(data);
const rows = readSamples(readFileSync(pack.train, "utf8"), pack.train).samples;
const usable = arms.filter(({ wants }) => wants === undefined || rows.some(({ dataType }) => dataType === wants));
if (parallel > 1) {
  process.env["SECONDLOOK_THREADS"] = String(Math.max(1, Math.floor(availableParallelism() / parallel)));
}
const done = values["report-only"] ? runsByName(usable) : await trainWhatIsMissing(usable);
const missing = [
  ...arms.filter((arm) => !usable.includes(arm)).map(({ title, wants }) => `${title}: the rows hold no ${wants!}.`),
  ...done.flatMap(({ arm, seed, reason }) => (reason === null ? [] : [`${arm}, seed ${seed}: ${reason}`])),
];
const heldOut = readSamples(readFileSync(pack.heldOut!, "utf8"), pack.heldOut!).samples;
const idsWhere = (keep: (sample: (typeof heldOut)[number]) => boolean): Set<string> =>
  new Set(heldOut.filter(keep).map(({ id }) => id));
const results = new Results(seeds, await policiesOf(usable, done), {
  timeDependent: idsWhere(({ extra }) => extra["time_dependent"] === true),
  videos: idsWhere(({ dataType }) => dataType === "video"),
  unseen: idsWhere(({ extra }) => extra["unseen_pair"] === true),
});
if (results.policies.length === 0) {
  console.error(`There is nothing to report:\n${missing.join("\n")}`);
  process.exit(1);
}
const { curves, reference } = curvesOf(usable, results);
mkdirSync(join(out, "images"), { recursive: true });
writeFileSync(join(out, "images", "results-curves.svg"), curvesFigure("Validation accuracy", curves, reference));
const command = `npm run results${seeds.join() === "1,2,3" ? "" : ` -- --seeds ${seeds.join(",")}`}`;
const page = resultsPage({ results, arms: usable, command, missing, figure: "images/results-curves.svg", quick });
const file = join(out, "results.md");
writeFileSync(file, await format(page, { parser: "markdown", printWidth: 120 }));
console.log(`${file} is written from ${done.filter(({ run }) => run !== null).length} runs.`);
process.exit(done.some(({ run }) => run === null) ? 1 : 0);
