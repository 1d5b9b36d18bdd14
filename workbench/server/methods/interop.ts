/** Runs of other tools come in, ours go out: by the command line's own code, in a process of its own. */
import { existsSync, mkdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { EXPORT_FORMATS, type InteropResults } from "../../../contract/methods/interop.ts";
import { DATA_FOLDER } from "../../../contract/run-folder.ts";
import { runFolder } from "../../data-folder.ts";
import type { ImportedRun } from "../../interop/import-runs.ts";
import { startScript } from "../../scripts.ts";
import type { HandlersOf } from "./context.ts";

const SHOWN_PROBLEMS = 5;
const MEMORY_MB = 4096;

export const interopMethods: HandlersOf<keyof InteropResults> = {
  "runs.import": async ({ data, changed }, { path, name }) => {
    if (!isAbsolute(path)) throw new RangeError(`"${path}" is no whole path: begin it with "/".`);
    const named = name?.trim() ? ["--name", name.trim()] : [];
    const imported = (await command(["import", path, ...named, "--data", data])) as ImportedRun[];
    for (const { id } of imported) changed(id);
    const problems = imported.flatMap((run) => run.problems).slice(0, SHOWN_PROBLEMS);
    return {
      runs: imported.map(({ problems: _, ...run }) => run),
      problems: problems.map(({ file, place, reason, remedy }) => `${file}, ${place}: ${reason}. ${remedy}`),
    };
  },
  "runs.export": async ({ data }, { run, format }) => {
    if (!existsSync(runFolder(data, run))) throw new RangeError(`There is no run "${run}".`);
    const folder = join(data, DATA_FOLDER.exports);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const output = freeName(
      join(folder, `${run}-${format === "tfevents" ? "tensorboard" : format}`),
      EXPORT_FORMATS[format].suffix,
    );
    const asked = ["export", run, "--format", format, "--output", output, "--data", data];
    return (await command(asked)) as InteropResults["runs.export"];
  },
};

function freeName(base: string, suffix: string): string {
  for (let copy = 1; ; copy++) {
    const path = `${base}${copy === 1 ? "" : `-${copy}`}${suffix}`;
    if (!existsSync(path)) return path;
  }
}

/** What `secondlook runs …` answers. @throws RangeError with what it says when it fails. */
async function command(args: readonly string[]): Promise<unknown> {
  const child = startScript("workbench/cli.ts", ["runs", ...args, "--json"], {
    nodeOptions: [`--max-old-space-size=${MEMORY_MB}`],
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout!.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr!.on("data", (chunk: Buffer) => errors.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return JSON.parse(Buffer.concat(output).toString("utf8"));
  const said = Buffer.concat(errors).toString("utf8").trim().split("\n")[0] ?? "";
  throw new RangeError(
    said.replace(/^secondlook runs: /, "") || `The command was ended (exit code ${code}); try again.`,
  );
}
