/** Trains what the chosen systems' claims need, judges them, and writes pages and result files. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SystemResult } from "../../contract/claims.ts";
import { readRecord, type RunRecord } from "../proof/run-record.ts";
import { workOff, type Done, type Job } from "../proof/work.ts";
import { startScript } from "../scripts.ts";
import { SHARED_START, type RunsOf, type SystemClaims } from "./claim.ts";
import { armKey, armsOf, jobsOf, setFolder, setsOf, sftKey, type ClaimRuns } from "./plan.ts";
import { armResults, measuredPart, withMeasured } from "./page.ts";
import { judge } from "./verdict.ts";

export interface Check extends ClaimRuns {
  readonly systems: readonly SystemClaims[];
  /** Runs at a time. */
  readonly parallel: number;
  /** Trains nothing: what is complete is judged. */
  readonly reportOnly: boolean;
  readonly command: (system: string) => string;
}

/** Results of each system; an arm that failed stands under `missing`, and what it was needed for stays undecided. */
export async function checkClaims(check: Check): Promise<SystemResult[]> {
  const { data, systems, parallel, quick } = check;
  for (const set of new Set(systems.flatMap(setsOf))) await makeSet(data, set, quick);
  const jobs = [...new Map(systems.flatMap((one) => jobsOf(one, check)).map((job) => [job.key, job])).values()];
  const done = check.reportOnly ? await findDone(data, jobs) : await workOff(data, jobs, parallel);
  const byKey = new Map(done.map((one) => [one.key, one]));
  const results: SystemResult[] = [];
  for (const claims of systems) results.push(await resultOf(claims, check, byKey));
  return results;
}

/** The sample pack or one of its sets, where it is not there yet; a rehearsal takes the small one. */
async function makeSet(data: string, set: string, quick: boolean): Promise<void> {
  const folder = setFolder(data, set);
  const args = [folder, ...(folder.endsWith(join("sets", set)) ? ["--set", set] : []), ...(quick ? ["--small"] : [])];
  const child = startScript("trainer/samplepack/main.ts", args, { stdio: "inherit" });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`The data set ${set} could not be made; its output is above.`);
}

/** Runs that are there and complete; nothing is started. */
async function findDone(data: string, jobs: readonly Job[]): Promise<Done[]> {
  const { endOf, runFor } = await import("../proof/find-runs.ts");
  const found = new Map<string, string>();
  const done: Done[] = [];
  for (const { key, needs, title, configuration } of jobs) {
    const needed = needs.map((name) => found.get(name));
    const lacking = needed.some((run) => run === undefined);
    const known = lacking ? undefined : runFor(data, await configuration(needed as string[]));
    const run = known !== undefined && endOf(data, known.id) === "completed" ? known.id : null;
    if (run !== null) found.set(key, run);
    done.push({ key, run, reason: run === null ? `no complete run "${title}" in ${data}` : null });
  }
  return done;
}

async function resultOf(claims: SystemClaims, check: Check, done: ReadonlyMap<string, Done>): Promise<SystemResult> {
  const arms = armsOf(claims, check.ablations);
  const records = new Map<string, Map<number, RunRecord>>();
  const missing: string[] = [];
  for (const arm of arms) {
    const own = new Map<number, RunRecord>();
    for (const seed of check.seeds) {
      const { run, reason } = done.get(armKey(claims, arm.id, seed))!;
      if (run === null) missing.push(`${arm.title}, seed ${seed}: ${reason}`);
      else own.set(seed, await readRecord(check.data, run));
    }
    records.set(arm.id, own);
  }
  const starts = new Map<number, RunRecord>();
  for (const seed of check.seeds) {
    const run = done.get(sftKey(claims, claims.data, seed))?.run ?? null;
    if (run !== null) starts.set(seed, await readRecord(check.data, run));
  }
  records.set(SHARED_START, starts);
  const known = new Set([SHARED_START, ...[...claims.arms, ...claims.ablations].map(({ id }) => id)]);
  const runs: RunsOf = (arm) => {
    if (!known.has(arm)) throw new RangeError(`${claims.system} has no arm "${arm}".`);
    return records.get(arm) ?? new Map();
  };
  const judged = claims.claims.map((claim) => judge(claims.system, claim, runs, check.quick));
  // A rehearsal asks too few questions to have some of every kind.
  const empty =
    check.quick || missing.length > 0 ? [] : judged.filter(({ items, control }) => items * control.items === 0);
  missing.push(...empty.map(({ claim }) => `claim ${claim}: its arms have no measured question in common`));
  return {
    system: claims.system,
    title: claims.title,
    command: check.command(claims.system),
    quick: check.quick,
    seeds: check.seeds,
    claims: judged,
    arms: armResults(claims, runs, check.ablations),
    tables: claims.tables?.(runs, check.seeds) ?? [],
    missing,
  };
}

/** `docs/systems/SYSTEM.md` (its measured part) and `resources/claims/SYSTEM.json` (what the window shows) below `out`. */
export async function writeResult(out: string, result: SystemResult): Promise<string[]> {
  const { format } = await import("prettier").catch(() => ({ format: (text: string) => Promise.resolve(text) }));
  const pages = join(out, "docs", "systems");
  const files = join(out, "resources", "claims");
  for (const folder of [pages, files]) mkdirSync(folder, { recursive: true });
  const page = join(pages, `${result.system}.md`);
  const before = existsSync(page) ? readFileSync(page, "utf8") : `# ${result.title}\n`;
  const text = await format(withMeasured(before, measuredPart(result)), { parser: "markdown", printWidth: 120 });
  writeFileSync(page, text);
  const file = join(files, `${result.system}.json`);
  writeFileSync(file, await format(JSON.stringify(result), { parser: "json", printWidth: 120 }));
  return [page, file];
}
