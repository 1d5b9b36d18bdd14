// Puts the service with all that it runs on into `.vite/service`, for the packaged app: Node, the TypeScript sources (Node
// runs them as they are), the built engine, the page, and the packages that are needed at run time.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { BUILD_ONLY, ENGINE, isNeeded, isStaged, ROOMS, WHOLE } from "./staged.mjs";

const TARGET = join(".vite", "service");
const PACKAGES = "node_modules/";

function fail(text) {
  process.stderr.write(`secondlook: ${text}\n`);
  process.exit(1);
}

function copy(path, filter = isStaged) {
  mkdirSync(dirname(join(TARGET, path)), { recursive: true });
  cpSync(path, join(TARGET, path), { recursive: true, dereference: true, filter });
}

/** Folders of the packages that are not for development only and are installed on this platform. */
function runtimePackages() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  return Object.entries(packages)
    .filter(([folder, entry]) => folder.startsWith("node_modules/") && !entry.dev && !entry.devOptional)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(folder) && !/^node_modules\/node-(linux|win|darwin)-/.test(folder))
    .filter((folder) => !BUILD_ONLY.includes(folder.slice(PACKAGES.length)));
}

/** Of a package only what runs here: a window that opens for the first time copies all of this. */
function isPackageFile(path) {
  return statSync(path).isDirectory() || isNeeded(path.slice(PACKAGES.length), `${process.platform}-${process.arch}`);
}

if (!existsSync(ENGINE)) fail(`the engine is not built: ${ENGINE} is missing. Run "npm run build:native".`);
if (!existsSync(join("dist", "window"))) fail('the page is not built. Run "npm run build:window".');

rmSync(TARGET, { recursive: true, force: true });
for (const path of [...ROOMS, "native", ...WHOLE]) if (existsSync(path)) copy(path);
for (const folder of runtimePackages()) copy(folder, isPackageFile);
copyFileSync(process.execPath, join(TARGET, process.platform === "win32" ? "node.exe" : "node"));
copyFileSync(join(".vite", "build", "close-inherited.cjs"), join(TARGET, "close-inherited.cjs"));

// What `contract/runtime.ts` checks before anything is started from a copy.
const files = {};
for (const name of readdirSync(TARGET, { recursive: true }).sort()) {
  const path = join(TARGET, name);
  if (!statSync(path).isFile()) continue;
  files[name.replaceAll("\\", "/")] = createHash("sha256").update(readFileSync(path)).digest("hex");
}
writeFileSync(join(TARGET, "runtime.json"), `${JSON.stringify({ files }, null, 1)}\n`);
