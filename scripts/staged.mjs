// What of the project travels in the packaged app, beside Node and the packages that are needed at run time.

export const ROOMS = ["contract", "science", "trainer", "workbench"];
export const ENGINE = "native/build/engine.node";
export const WHOLE = ["package.json", "LICENSE", "resources", "dist/window", ENGINE];

const isSource = (path) => !/\.test\.tsx?$/.test(path) && !/(^|\/)testing(\/|$)/.test(path);

/** Whether a file or folder of the project, by its path with slashes, is staged. */
export function isStaged(path) {
  const inside = (folder) => path === folder || path.startsWith(`${folder}/`);
  if (ROOMS.some(inside)) return isSource(path);
  if (path === "native" || /^native\/[^/]+\.ts$/.test(path)) return isSource(path);
  return WHOLE.some(inside);
}
