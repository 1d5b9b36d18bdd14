/** `npm run bench -- gpu`: the CUDA kernels at the sizes of a 7B model; one line and exit code 2 where there is no GPU. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function benchGpu(args: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL("../../native/build/gpu_bench", import.meta.url));
  if (!existsSync(program)) {
    console.error("native/build/gpu_bench is missing. Build the engine with `npm run build:native`.");
    process.exit(1);
  }
  process.exit(spawnSync(program, args, { stdio: "inherit" }).status ?? 1);
}
