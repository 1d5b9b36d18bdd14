/**
 * `npm run bench -- gpu [--tiny] [--whole]`: the CUDA kernels at the sizes of a 7B model, then models as a whole; one line and
 * exit code 2 where there is no GPU. `--tiny`: models of the tests' size alone; `--whole`: also trains all of 3B (70 GB).
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { benchGpuModels } from "./gpu-model.ts";

export async function benchGpu(args: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL("../../native/build/gpu_bench", import.meta.url));
  if (!existsSync(program)) {
    console.error("native/build/gpu_bench is missing. Build the engine with `npm run build:native`.");
    process.exit(1);
  }
  const tiny = args.includes("--tiny");
  const { status } = spawnSync(program, tiny ? ["--probe"] : [], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  await benchGpuModels(tiny, tiny || args.includes("--whole"));
}
