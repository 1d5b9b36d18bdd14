// Builds the core's tests with sanitizers and runs them: `node scripts/sanitizers.mjs [address,undefined|thread]`.
// Memory errors and undefined behaviour belong to `npm test`, data races to `npm run test:deep`.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), ".."));
const sanitizers = process.argv[2] ?? "address,undefined";
const folder = `native/build-${sanitizers.replaceAll(",", "-")}`;

function run(command, args, environment = {}) {
  const options = { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } };
  const { status, signal } = spawnSync(command, args, options);
  if (status === 0) return;
  console.error(`${command} ended with ${signal ?? `exit code ${status}`}.`);
  process.exit(1);
}

const ninja = spawnSync("ninja", ["--version"]).status === 0;
const generator = ninja && !existsSync(`${folder}/CMakeCache.txt`) ? ["-G", "Ninja"] : [];
run("cmake", [
  ...[
    "-S",
    "native",
    "-B",
    folder,
    ...generator,
    "-Wno-dev",
    "-DCMAKE_BUILD_TYPE=None",
    "-DCMAKE_MESSAGE_LOG_LEVEL=WARNING",
  ],
  ...["-DENGINE_CUDA=OFF", `-DENGINE_SANITIZE=${sanitizers}`],
]);
run("cmake", ["--build", folder, "--target", "native_tests", "-j", String(cpus().length)]);
run(`${folder}/native_tests`, process.argv.slice(3), {
  ASAN_OPTIONS: "detect_stack_use_after_return=1:strict_init_order=1",
  UBSAN_OPTIONS: "print_stacktrace=1",
  TSAN_OPTIONS: "halt_on_error=1",
});
