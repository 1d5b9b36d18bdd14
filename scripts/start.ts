/** `npm start`: the desktop window where an Electron binary is installed, else the page in the browser. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

function electronBinary(): string | undefined {
  const override = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  const folder = override ?? "node_modules/electron/dist";
  const pathFile = "node_modules/electron/path.txt";
  const name = !override && existsSync(pathFile) ? readFileSync(pathFile, "utf8").trim() : "electron";
  const binary = join(folder, name);
  return existsSync(binary) ? binary : undefined;
}

const binary = electronBinary();
const rest = process.argv.slice(2);
if (binary) {
  const built = spawnSync(process.execPath, ["scripts/build-desktop.mjs"], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
  process.exit(spawnSync(binary, [".", ...rest], { stdio: "inherit" }).status ?? 1);
}
console.error("secondlook: no Electron binary here (npx install-electron fetches it); opening the browser instead.");
process.exit(spawnSync(process.execPath, ["workbench/cli.ts", "serve", ...rest], { stdio: "inherit" }).status ?? 1);
