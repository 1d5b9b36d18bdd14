import { defineConfig } from "vitest/config";

/** Inputs nobody should trust. One file after the other, so that time limits measure the product and not the neighbours. */
export default defineConfig({
  test: {
    include: ["test/hostile/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
