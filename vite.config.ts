/** Builds the window: `dist/window` is served by the service to a browser and by the desktop shell from `app://`. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "renderer",
  // Relative addresses, so that the same build works below any address.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../dist/window",
    emptyOutDir: true,
    // The oldest Chromium that the desktop tests run (Electron 25).
    target: "chrome114",
    chunkSizeWarningLimit: 900,
    // The window needs the contract's types and a version, not its validators: without this all of zod is shipped.
    rolldownOptions: {
      treeshake: { manualPureFunctions: ["z", "z.object", "z.array", "z.record", "z.string", "z.number"] },
    },
  },
});
