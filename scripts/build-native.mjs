// Builds native/build/engine.node with CMake and g++; with CUDA too where nvcc is found. Runs on Node 20 or newer.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { collect, remember } from "./cuda-report.mjs";

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), ".."));
const has = (command) => spawnSync(command, ["--version"]).status === 0;

const missing = ["cmake", "g++"].filter((tool) => !has(tool));
if (missing.length > 0) {
  process.stderr.write(
    `secondlook: ${missing.join(" and ")} not found, and the engine is built with them. Run "npm run setup:system" (it installs Debian packages, with sudo where needed) and try again.\n`,
  );
  process.exit(1);
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const generator = has("ninja") ? ["-G", "Ninja"] : has("make") ? ["-G", "Unix Makefiles"] : [];
const configured = existsSync("native/build/CMakeCache.txt");
run("cmake", [
  "-S",
  "native",
  "-B",
  "native/build",
  ...(configured ? [] : generator),
  "-DCMAKE_BUILD_TYPE=Release",
  `-DENGINE_CUDA=${process.env.SECONDLOOK_CUDA ?? "ON"}`,
  "-Wno-dev",
]);
// ptxas says of each kernel what it needs: that is kept for scripts/cuda-report.mjs, the rest goes on to the screen.
const build = spawn("cmake", ["--build", "native/build", "-j", String(Math.max(1, cpus().length))], {
  stdio: ["ignore", "pipe", "inherit"],
});
let output = "";
build.stdout.setEncoding("utf8");
build.stdout.on("data", (text) => {
  output += text;
  for (const line of text.split("\n")) if (/^\[\d+\/\d+\] |error|warning|FAILED/.test(line)) console.log(line);
});
build.on("close", (code) => {
  const { kernels, rest } = collect(output);
  remember("native/build", kernels);
  if (code !== 0) console.log(rest);
  process.exit(code ?? 1);
});
