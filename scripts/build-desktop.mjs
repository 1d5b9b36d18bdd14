// Bundles the desktop shell for the oldest Electron that it runs on: CommonJS for Node 18. The page is built by vite.
import { build } from "esbuild";

const shared = {
  bundle: true,
  platform: "node",
  target: "node18",
  format: "cjs",
  external: ["electron"],
  sourcemap: false,
  logLevel: "warning",
};

await Promise.all([
  build({ ...shared, entryPoints: ["electron/main.ts"], outfile: ".vite/build/main.cjs" }),
  build({ ...shared, entryPoints: ["electron/preload.ts"], outfile: ".vite/build/preload.cjs" }),
  build({ ...shared, entryPoints: ["electron/close-inherited.ts"], outfile: ".vite/build/close-inherited.cjs" }),
]);
