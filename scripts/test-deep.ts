/** `npm run test:deep`: what takes too long for `npm test`: 100,000 damaged files of each kind under sanitizers, data races, 200 kills, packages. */
import { spawnSync } from "node:child_process";

const node = process.execPath;
const fuzzing = { SECONDLOOK_FUZZ_CASES: "100000" };
const parts: readonly { readonly name: string; readonly args: readonly string[]; readonly env?: object }[] = [
  {
    name: "damaged files, under sanitizers",
    args: ["scripts/sanitizers.mjs", "address,undefined", "damaged"],
    env: fuzzing,
  },
  { name: "CUDA for every kind of device", args: ["scripts/cuda-report.mjs", "--all"] },
  { name: "data races", args: ["scripts/sanitizers.mjs", "thread"] },
  {
    name: "damaged answers and records",
    args: [
      ...["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.hostile.config.ts", "test/hostile/fuzz.test.ts"],
    ],
    env: fuzzing,
  },
  {
    name: "200 kills of workers, services and windows",
    args: [
      ...["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.faults.config.ts", "test/faults/soak.test.ts"],
    ],
    env: { SECONDLOOK_SOAK: "200" },
  },
  { name: "zip and Debian package, unpacked and started", args: ["test/electron/packaged.ts", "--make"] },
];

let failed = 0;
for (const { name, args, env } of parts) {
  console.log(`\n— ${name} —`);
  const { status } = spawnSync(node, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) failed++;
  console.log(`${status === 0 ? "passed" : "FAILED"}  ${name}`);
}
console.log(`${parts.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
