// What of the project travels in the packaged app, beside Node and the packages that are needed at run time.

export const ROOMS = ["contract", "science", "trainer", "workbench"];
export const ENGINE = "native/build/engine.node";
export const WHOLE = [
  "package.json",
  "LICENSE",
  "resources",
  "dist/window",
  ENGINE,
  "native/build/libsecondlook_cuda.so",
  "native/build/libsecondlook_mpi.so",
];

const isSource = (path) => !/\.test\.tsx?$/.test(path) && !/(^|\/)testing(\/|$)/.test(path);

/** Whether a file or folder of the project, by its path with slashes, is staged. */
export function isStaged(path) {
  const inside = (folder) => path === folder || path.startsWith(`${folder}/`);
  if ([...ROOMS, "native/team"].some(inside)) return isSource(path);
  if (path === "native" || /^native\/[^/]+\.ts$/.test(path)) return isSource(path);
  return WHOLE.some(inside);
}

/** Packages that are only needed to build another one. */
export const BUILD_ONLY = ["node-addon-api"];

/** What packages carry beside the code that runs: sources of what is built, tests, types, maps, other systems' binaries. */
const BESIDE = [
  /(^|\/)\.[^/]+$/,
  /(^|\/)[^/]+\/(src|deps|test|tests)\/(?!.*LICEN[CS]E)/,
  /(\.(map|md|d\.[cm]?ts)|~|(^|\/)tsconfig\.json)$/,
  /^better-sqlite3\/prebuilds\//,
];

/** Packages whose `src` is what runs. */
const RUNS_FROM_SOURCE = /^hyparquet\/src\/.*\.js$/;

/** Whether a file of a package travels, by its path below `node_modules`. `system` is as in `linux-x64`. */
export function isNeeded(path, system) {
  if (/(^|\/)LICEN[CS]E[^/]*$/i.test(path)) return true;
  if (path === `better-sqlite3/prebuilds/${system}.node`) return true;
  if (RUNS_FROM_SOURCE.test(path)) return true;
  return !BESIDE.some((pattern) => pattern.test(path));
}
