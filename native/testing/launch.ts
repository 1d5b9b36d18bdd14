/** Starts the members of a team for a test, with the launcher that runs use. */
import { spawn } from "node:child_process";

/** @throws Error with what they said when one of them fails. */
export async function launchMembers(
  members: number,
  script: string,
  argument: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const launch = ["-np", String(members), "--oversubscribe", "--bind-to", "none", "--allow-run-as-root"];
  const child = spawn("mpirun", [...launch, "--mca", "mpi_yield_when_idle", "1", process.execPath, script, argument], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`The members ended with ${code}: ${said}`);
}
