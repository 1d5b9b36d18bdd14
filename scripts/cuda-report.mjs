// Registers and spills of the CUDA kernels, as ptxas reports them while the engine is built.
//   node scripts/cuda-report.mjs           compares the last build with native/src/cuda/registers.txt; fails on regressions
//   node scripts/cuda-report.mjs --write   writes that file anew
//   node scripts/cuda-report.mjs --all     compiles for every kind of device that is shipped first (minutes)
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const expected = `${root}/native/src/cuda/registers.txt`;
/** Registers a kernel may need more than it did: compilers differ. */
const tolerance = 8;

export const builtReport = (folder) => `${folder}/cuda-registers.json`;

/** Reads ptxas's lines: {kernel: {architecture: [registers, bytes spilled]}}; other lines come back as `rest`. */
export function collect(text) {
  const kernels = {};
  const rest = [];
  let name, architecture, spilled;
  for (const line of text.split("\n")) {
    const entry = /Compiling entry function '(\S+)' for 'sm_(\d+)'/.exec(line);
    const spill = /(\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    const used = /Used (\d+) registers/.exec(line);
    if (entry) {
      // The anonymous namespace's name has a hash in it that changes with the folder.
      name = entry[1].replace(/^_ZN10secondlook4cuda\d+_GLOBAL__N__[0-9a-f]+_\d+_(\w+?)_cu_[0-9a-f]{8}\d+/, "$1.");
      architecture = `sm_${entry[2]}`;
      spilled = 0;
    } else if (spill && name) spilled = Number(spill[1]) + Number(spill[2]);
    else if (used && name) (kernels[name] ??= {})[architecture] = [Number(used[1]), spilled];
    else if (!/^ptxas info|^\s*$/.test(line)) rest.push(line);
  }
  return { kernels, rest: rest.join("\n") };
}

/** The source file that a kernel's name begins with. */
const sourceOf = (name) => name.slice(0, name.indexOf(".") + 1);

/** Adds what a build reported to what earlier builds of the same folder did: only changed files are compiled again. */
export function remember(folder, kernels) {
  if (Object.keys(kernels).length === 0) return;
  const path = builtReport(folder);
  const known = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  // Kernels that a file compiled anew has no longer are forgotten.
  const compiled = new Set(Object.keys(kernels).map(sourceOf));
  const kept = Object.entries(known).filter(([name]) => name in kernels || !compiled.has(sourceOf(name)));
  const all = Object.fromEntries(kept);
  for (const [name, figures] of Object.entries(kernels)) all[name] = { ...all[name], ...figures };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, JSON.stringify(all, null, 1));
}

function compileForAll() {
  const folder = `${root}/native/build-cuda-all`;
  const options = ["-Wno-dev", "-DCMAKE_BUILD_TYPE=Release", "-DENGINE_CUDA_ALL=ON", "-DENGINE_TESTS=OFF"];
  spawnSync("cmake", ["-S", `${root}/native`, "-B", folder, ...options], { stdio: "inherit" });
  const build = spawnSync("cmake", ["--build", folder, "--target", "secondlook_cuda", "-j", String(cpus().length)], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const { kernels, rest } = collect(build.stdout + build.stderr);
  console.log(rest);
  if (build.status !== 0) process.exit(1);
  remember(folder, kernels);
  return folder;
}

function compare(folder) {
  if (!existsSync(builtReport(folder))) {
    console.log(
      existsSync(`${folder}/libsecondlook_cuda.so`)
        ? "CUDA: compiled by another program than scripts/build-native.mjs, so nothing is known of its registers."
        : "CUDA: not compiled here (no nvcc); the kernels' logic is tested on the processor.",
    );
    return 0;
  }
  const built = JSON.parse(readFileSync(builtReport(folder), "utf8"));
  if (process.argv.includes("--write")) {
    const lines = Object.entries(built).flatMap(([name, figures]) =>
      Object.entries(figures).map(
        ([architecture, [registers, spilled]]) => `${name} ${architecture} ${registers} ${spilled}`,
      ),
    );
    writeFileSync(expected, `${lines.sort().join("\n")}\n`);
    return 0;
  }
  const known = readFileSync(expected, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const complaints = [];
  let kernels = 0;
  for (const [name, architecture, registers, spilled] of known) {
    const now = built[name]?.[architecture];
    if (!now) continue;
    kernels++;
    const where = `${name} (${architecture})`;
    if (now[0] > Number(registers) + tolerance) complaints.push(`${where}: ${now[0]} registers, was ${registers}`);
    if (now[1] > Number(spilled)) complaints.push(`${where}: ${now[1]} bytes spilled, was ${spilled}`);
  }
  const names = new Set(known.map(([name]) => name));
  for (const name of Object.keys(built))
    if (!names.has(name)) complaints.push(`${name} is not in native/src/cuda/registers.txt`);
  for (const complaint of complaints) console.log(complaint);
  if (complaints.length > 0) console.log("Mend the kernels, or accept it: node scripts/cuda-report.mjs --write");
  else console.log(`CUDA: compiled by nvcc; ${kernels} kernels have the registers and spills that are checked in.`);
  return complaints.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exit(compare(process.argv.includes("--all") ? compileForAll() : `${root}/native/build`));
}
