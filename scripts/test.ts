/**
 * `npm test`: lint, types, unit, native, conformance with the fixtures, faults, end to end in a browser and in the
 * desktop shell, packaged and not. One line a part with its time; the last line counts the parts.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

interface Part {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const node = process.execPath;
const bin = (name: string, entry: string): readonly [string, ...string[]] => [node, `node_modules/${name}/${entry}`];

const parts: readonly Part[] = [
  { name: "types", command: [...bin("typescript", "bin/tsc"), "-p", "tsconfig.json"] },
  { name: "lint", command: [...bin("eslint", "bin/eslint.js"), "."] },
  { name: "format", command: [...bin("prettier", "bin/prettier.cjs"), "--check", "--log-level", "warn", "."] },
  { name: "native", command: ["ctest", "--test-dir", "native/build", "--output-on-failure"] },
  { name: "cuda", command: [node, "scripts/cuda-report.mjs"] },
  { name: "unit", command: [...bin("vitest", "vitest.mjs"), "run"] },
  { name: "conformance", command: [node, "test/conformance/main.ts", "test/fixtures/oracle"] },
  ...["avx512", "avx2", "portable"].map((level) => ({
    name: `conformance ${level}`,
    command: [
      "env",
      `SECONDLOOK_INSTRUCTION_SET=${level}`,
      node,
      "test/conformance/main.ts",
      "test/fixtures/oracle",
    ] as const,
  })),
  {
    name: "conformance bf16",
    command: [
      node,
      "test/conformance/main.ts",
      "test/fixtures/oracle",
      "--precision",
      "bf16",
      "--sections",
      "model/tiny-qwen25vl",
    ],
  },
  ...["float32", "bf16"].map((precision) => ({
    // The CUDA kernels on the processor, where the host cannot touch the device's memory but in copies.
    name: `conformance CUDA shim ${precision}`,
    command: [
      "env",
      "SECONDLOOK_CUDA_LIBRARY=native/build/libsecondlook_shim.so",
      "SECONDLOOK_SHIM_GUARD=1",
      node,
      ...["test/conformance/main.ts", "test/fixtures/oracle", "--device", "cuda"],
      ...["--precision", precision, "--sections", "model/tiny-qwen25vl"],
    ] as const,
  })),
  { name: "sanitizers", command: [node, "scripts/sanitizers.mjs", "address,undefined"] },
  { name: "faults", command: [...bin("vitest", "vitest.mjs"), "run", "--config", "vitest.faults.config.ts"] },
  { name: "hostile", command: [...bin("vitest", "vitest.mjs"), "run", "--config", "vitest.hostile.config.ts"] },
  { name: "claims", command: [node, "workbench/cli.ts", "claims", "all", "--quick"] },
  { name: "end to end", command: [node, "test/e2e/main.ts"] },
  { name: "tunnel", command: [node, "test/e2e/tunnel.ts"] },
  { name: "desktop", command: [node, "test/electron/main.ts"] },
  { name: "packaged app", command: [node, "test/electron/packaged.ts"] },
];

function run(part: Part): Promise<number> {
  const [command, ...args] = part.command;
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

const only = process.argv.slice(2);
const unknown = only.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown.join(", ")}; there are: ${parts.map((part) => part.name).join(", ")}.`);
  process.exit(2);
}

const results: { name: string; ok: boolean; seconds: number }[] = [];
for (const part of parts) {
  if (only.length > 0 && !only.includes(part.name)) continue;
  console.log(`\n— ${part.name} —`);
  const started = performance.now();
  const code = await run(part);
  results.push({ name: part.name, ok: code === 0, seconds: (performance.now() - started) / 1000 });
}

console.log("");
for (const { name, ok, seconds } of results) {
  console.log(`${ok ? "passed" : "FAILED"}  ${name.padEnd(20)} ${seconds.toFixed(1).padStart(7)} s`);
}
console.log(
  existsSync("native/build/CMakeCache.txt")
    ? "GPU suite: not run here (it needs an NVIDIA device; see docs/performance.md)."
    : "GPU suite: not run here; the engine is not built.",
);
const failed = results.filter((result) => !result.ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
