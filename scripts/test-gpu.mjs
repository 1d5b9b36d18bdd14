// `npm run test:gpu`: the operators' tests on this machine's GPU instead of the shim, with the engine's own products and with
// cuBLASLt where it is found, then whole models (reference vectors in float32 and bf16, training, saving, sampling), then the
// operators under compute-sanitizer where that is. Needs what `npm run build:native` leaves in
// native/build; builds it where it is missing. Ends with 2, after one line, where there is no GPU.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), ".."));
const tests = "native/build/native_tests";
const vectors = ["test/conformance/main.ts", "test/fixtures/oracle", "--device", "cuda"];
const models = ["--sections", "model/tiny-qwen25vl"];

function run(command, args, environment = {}) {
  const { status, signal } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...environment } });
  return status ?? (signal ? 1 : 0);
}

if (!existsSync(tests) && run(process.execPath, ["scripts/build-native.mjs"]) !== 0) process.exit(1);
const probe = run("native/build/gpu_bench", ["--probe"]);
if (probe !== 0) process.exit(probe);

const onGpu = { SECONDLOOK_TEST_DEVICE: "cuda" };
const parts = [
  ["own products", tests, [], { ...onGpu, SECONDLOOK_CUBLAS: "off" }],
  ["cuBLASLt where it is found", tests, [], onGpu],
  ["reference vectors", process.execPath, [...vectors, ...models], onGpu],
  [
    "reference vectors, own products",
    process.execPath,
    [...vectors, ...models],
    { ...onGpu, SECONDLOOK_CUBLAS: "off" },
  ],
  ["reference vectors in bf16", process.execPath, [...vectors, ...models, "--precision", "bf16"], onGpu],
  ["models", process.execPath, ["node_modules/vitest/vitest.mjs", "run", "native/cuda.test.ts"], onGpu],
];
if (spawnSync("compute-sanitizer", ["--version"]).status === 0)
  for (const tool of ["memcheck", "racecheck", "initcheck"])
    for (const claim of ["attention", "tensor", "equal float64", "record"])
      parts.push([
        `${tool}: ${claim}`,
        "compute-sanitizer",
        ["--tool", tool, "--error-exitcode", "1", tests, claim],
        { ...onGpu, SECONDLOOK_CUBLAS: "off" },
      ]);
else console.log("compute-sanitizer was not found: races and uninitialised memory are not looked for.");

let failed = 0;
for (const [name, command, args, environment] of parts) {
  console.log(`\n— ${name} —`);
  if (run(command, args, environment) !== 0) {
    failed++;
    console.log(`FAILED  ${name}`);
  }
}
console.log(`${parts.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
