// Whether the pinned Electron is one of the three newest majors, which are those that get corrections: asks the npm registry.
// A part of `npm run test:deep`, since nothing in `npm test` asks the network.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const SUPPORTED_MAJORS = 3;
const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const pinned = devDependencies.electron;
const asked = spawnSync("npm", ["view", "electron", "dist-tags.latest"], { encoding: "utf8", timeout: 60_000 });
const newest = asked.stdout?.trim() ?? "";
if (!/^\d+\.\d+\.\d+$/.test(newest)) {
  console.log(
    `Electron ${pinned} is pinned; the registry did not say which is the newest: ${asked.stderr || asked.error}`,
  );
  process.exit(1);
}
const major = (version) => Number(version.split(".")[0]);
const oldest = major(newest) - SUPPORTED_MAJORS + 1;
const isLookedAfter = major(pinned) >= oldest;
console.log(
  `Electron ${pinned} is pinned, ${newest} is the newest; ${oldest} to ${major(newest)} get corrections` +
    (isLookedAfter ? "." : ": pin a newer one."),
);
process.exit(isLookedAfter ? 0 : 1);
