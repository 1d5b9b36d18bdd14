import { defineConfig } from "vitest/config";

/** Slow tests that kill processes: one after the other, so that they do not disturb each other's clocks. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
});
