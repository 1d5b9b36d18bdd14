import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "{contract,native,science,trainer,workbench,electron,renderer,scripts}/**/*.test.{ts,tsx}",
      "test/unit/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "native/build*/**"],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
