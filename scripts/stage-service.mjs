// Puts the service with all that it runs on into `.vite/service`, for the packaged app: Node, the TypeScript sources (Node
// runs them as they are), the built engine, the page, and the packages that are needed at run time.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const TARGET = join(".vite", "service");
const ROOMS = ["contract", "science", "trainer", "workbench"];
const isSource = (path) => !/\.test\.tsx?$/.test(path) && !/(^|\/)testing(\/|$)/.test(path);

function fail(text) {
  process.stderr.write(`secondlook: ${text}\n`);
  process.exit(1);
}

function copy(path, filter = () => true) {
  mkdirSync(dirname(join(TARGET, path)), { recursive: true });
  cpSync(path, join(TARGET, path), { recursive: true, dereference: true, filter });
}

/** Folders of the packages that are not for development only and are installed on this platform. */
function runtimePackages() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  return Object.entries(packages)
    .filter(([folder, entry]) => folder.startsWith("node_modules/") && !entry.dev && !entry.devOptional)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(folder) && !/^node_modules\/node-(linux|win|darwin)-/.test(folder));
}

const engine = join("native", "build", "engine.node");
if (!existsSync(engine)) fail(`the engine is not built: ${engine} is missing. Run "npm run build:native".`);
if (!existsSync(join("dist", "window"))) fail('the page is not built. Run "npm run build:window".');

rmSync(TARGET, { recursive: true, force: true });
for (const room of ROOMS) copy(room, isSource);
copy("native", (path) => path === "native" || (/^native\/[^/]+\.ts$/.test(path) && isSource(path)));
for (const path of ["package.json", "LICENSE", "resources", "dist/window", engine]) if (existsSync(path)) copy(path);
for (const folder of runtimePackages()) copy(folder);
copyFileSync(process.execPath, join(TARGET, process.platform === "win32" ? "node.exe" : "node"));
copyFileSync(join(".vite", "build", "close-inherited.cjs"), join(TARGET, "close-inherited.cjs"));
