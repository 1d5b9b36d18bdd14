/**
 * What somebody who helps wants to see, in one archive in the data folder: versions, the doctor's report, the machine, states
 * of runs and the ends of logs. No rows, answers, frames or weights; secrets and the home folder's name are taken out.
 * Nothing is sent: a person looks at the file and passes it on.
 */
import { execFile } from "node:child_process";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { arch, cpus, homedir, platform, release, totalmem, uptime } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../../contract/child-environment.ts";
import { CONTRACT_VERSION, type RunSummary } from "../../contract/methods.ts";
import type { DiagnosticsBundle } from "../../contract/methods/upkeep.ts";
import { DATA_FOLDER, RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { examine, productVersion } from "../doctor.ts";
import { RUNTIME } from "../scripts.ts";
import { withoutSecrets } from "./secrets.ts";

const LOG_BYTES = 200_000;
const RUNS_WITH_LOGS = 8;

export interface DiagnosticsWorld {
  readonly data: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Texts that must not stand in the archive, such as the service's token. */
  readonly secrets: readonly string[];
}

export async function makeDiagnostics(world: DiagnosticsWorld, now: Date): Promise<DiagnosticsBundle> {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const name = `secondlook-diagnostics-${stamp}`;
  const folder = join(world.data, DATA_FOLDER.diagnostics);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const working = mkdtempSync(join(folder, ".making-"));
  try {
    const files = Object.entries(await contentOf(world)).map(([file, text]) => {
      const path = join(working, name, file);
      mkdirSync(dirname(path), { recursive: true });
      const clean = withoutSecrets(text, world.secrets, homedir());
      writeFileSync(path, clean, { mode: 0o600 });
      return { name: file, bytes: Buffer.byteLength(clean) };
    });
    const path = join(folder, `${name}.tar.gz`);
    await promisify(execFile)("tar", ["-czf", path, "-C", working, name], { env: childEnvironment(process.env) });
    return { path, bytes: statSync(path).size, files };
  } finally {
    rmSync(working, { recursive: true, force: true });
  }
}

async function contentOf({ data, runs, settings }: DiagnosticsWorld): Promise<Record<string, string>> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const chosen = [...runs.filter(({ state }) => state === "failed" || state === "lost"), ...runs].map(({ id }) => id);
  const files: Record<string, string> = {
    "README.txt":
      "Made by Secondlook for whoever helps you. Look through it before you send it: logs may name files of yours.\n",
    "versions.json": json({
      secondlook: productVersion(),
      contract: CONTRACT_VERSION,
      runtime: RUNTIME,
      node: process.versions,
      system: { platform: platform(), release: release(), arch: arch(), uptimeSec: Math.round(uptime()) },
      machine: { processor: cpus()[0]?.model ?? "", cores: cpus().length, memoryBytes: totalmem() },
    }),
    "doctor.json": json(await examine(data)),
    "settings.json": json({ ...settings, environment: ownEnvironment() }),
    "runs.json": json(runs.slice(0, 200).map(aboutRun)),
  };
  addLog(files, "logs/service.log", join(data, DATA_FOLDER.serviceLog));
  for (const run of [...new Set(chosen)].slice(0, RUNS_WITH_LOGS)) {
    addLog(files, `logs/${run}.log`, join(runFolder(data, run), RUN_FOLDER.log));
  }
  return files;
}

function aboutRun(run: RunSummary) {
  const { id, recipe, preset, seed, state, phase, stage, step, totalSteps, createdAt, endedAt, attempt } = run;
  const { endReason, dataErrors, secondsPerStep, alerts } = run;
  const rules = alerts.map(({ rule }) => rule);
  return {
    ...{ id, recipe, preset, seed, state, phase, stage, step, totalSteps, createdAt, endedAt, attempt },
    ...{ endReason, dataErrors, secondsPerStep, alerts: rules },
  };
}

/** What steers this program; anything else of the environment is nobody's business. */
const ownEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(SECONDLOOK_|CUDA_VISIBLE_DEVICES$|OMP_NUM_THREADS$)/.test(name)),
  );

function addLog(files: Record<string, string>, name: string, path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, LOG_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    files[name] = bytes.toString("utf8");
  } finally {
    closeSync(file);
  }
}
