/**
 * A run by several processes of this machine: the worker that was asked to train starts the members under `mpirun`, waits,
 * and tells in the journal how it ended when they could not.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { readLeaseHolder } from "../run/lease.ts";
import { scanJournal } from "../run/journal-scan.ts";

/** Processes that the run was asked to use. */
export const membersOf = (config: Pick<RunConfigFile, "processes">): number => config.processes ?? 1;

/** This process's place among the members, as launchers give it; null when it is none of them. */
export function launchedRank(environment: Readonly<Record<string, string | undefined>> = process.env): number | null {
  const given = environment["OMPI_COMM_WORLD_RANK"] ?? environment["PMI_RANK"];
  return given === undefined ? null : Number(given);
}

/**
 * Makes the member's own GPU the only one it sees: of those that its starter let it see, the one of its rank. Call it before
 * the engine is loaded. @throws Error when there are fewer.
 */
export function seeOwnDevice(rank: number, environment: Record<string, string | undefined> = process.env): void {
  const visible = environment["CUDA_VISIBLE_DEVICES"]?.split(",").map((name) => name.trim());
  const own = visible === undefined ? String(rank) : visible[rank];
  if (own === undefined || own === "") {
    throw new Error(
      `CUDA_VISIBLE_DEVICES names ${visible!.length} GPUs ("${visible!.join(",")}"), but every process needs one of its own. ` +
        "Launch the run with fewer processes or show it more GPUs.",
    );
  }
  environment["CUDA_VISIBLE_DEVICES"] = own;
}

/** Arguments of mpirun before the program. One machine: members may be more than its cores, and wait without burning them. */
const LAUNCH = ["--oversubscribe", "--bind-to", "none", "--allow-run-as-root", "--mca", "mpi_yield_when_idle", "1"];

export interface TeamEnd {
  /** The launcher's exit code; 0 when all members ended well. */
  readonly code: number;
  /** What to tell people when it is not 0. */
  readonly reason: string;
}

/** Starts the members and waits for their end. SIGTERM and SIGINT are passed to the first one, which stops all. */
export async function launchTeam(runFolder: string, members: number, say: (line: string) => void): Promise<TeamEnd> {
  const threads = Number(process.env["SECONDLOOK_THREADS"] ?? 0) || Math.floor(availableParallelism() / members);
  const worker = fileURLToPath(new URL("../worker.ts", import.meta.url));
  const child = spawn("mpirun", ["-np", String(members), ...LAUNCH, process.execPath, worker, runFolder], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SECONDLOOK_THREADS: String(Math.max(1, threads)) },
  });
  const stop = (): void => {
    const holder = readLeaseHolder(runFolder);
    if (holder !== null) process.kill(holder.pid, "SIGTERM");
    else child.kill("SIGTERM");
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const lines: string[] = [];
  const keep = (line: string): void => {
    if (line.trim() === "") return;
    lines.push(line);
    if (lines.length > 100) lines.shift();
    say(line);
  };
  createInterface({ input: child.stdout }).on("line", (line) => process.stdout.write(`${line}\n`));
  createInterface({ input: child.stderr }).on("line", keep);
  const code = await new Promise<number | Error>((resolve) => {
    child.once("error", resolve);
    child.once("close", (status) => resolve(status ?? 1));
  });
  process.off("SIGTERM", stop);
  process.off("SIGINT", stop);
  if (code instanceof Error) {
    const remedy = "Install MPI (Debian: openmpi-bin) or launch the run with one process.";
    return { code: 1, reason: `mpirun could not be started (${code.message}). ${remedy}` };
  }
  return { code, reason: code === 0 ? "" : whyEnded(lines, members) };
}

/** One sentence out of what the launcher and the members said. */
export function whyEnded(lines: readonly string[], members: number): string {
  const said = lines.find((line) => line.startsWith("member "));
  if (said !== undefined) return said.replace(/^member (\d+): /, (_, rank) => `Process ${rank} of ${members} failed: `);
  const killed = /process rank (\d+) with PID \d+ on node \S+ exited on signal (\d+) \(([^)]*)\)/.exec(lines.join(" "));
  if (killed !== null) {
    const [, rank, signal, name] = killed;
    return (
      `Process ${rank} of ${members} was ended from outside by signal ${signal} (${name}), and the others with it. ` +
      "Resume the run: it goes on from its newest checkpoint."
    );
  }
  return `One of the ${members} processes ended: see the run's log. Resume the run: it goes on from its newest checkpoint.`;
}

/** True when the run's journal says how the newest attempt ended. */
export async function hasEnd(runFolder: string): Promise<boolean> {
  return (await scanJournal(join(runFolder, RUN_FOLDER.journal(0)))).ended !== null;
}
