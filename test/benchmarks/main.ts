/** `npm run bench -- NAME …`: the project's benchmarks by name. */
import { benchData } from "./data.ts";
import { benchEngine } from "./engine.ts";
import { benchGpu } from "./gpu.ts";
import { benchServe } from "./serve.ts";
import { benchStore } from "./store.ts";
import { benchTensorboard } from "./tensorboard.ts";
import { benchUpdate } from "./update.ts";
import { benchWindow } from "./window.ts";

const benchmarks: Record<string, (args: readonly string[]) => Promise<void>> = {
  data: benchData,
  engine: benchEngine,
  gpu: benchGpu,
  serve: benchServe,
  store: benchStore,
  tensorboard: benchTensorboard,
  update: benchUpdate,
  window: benchWindow,
};

const [name = "", ...args] = process.argv.slice(2);
const chosen = benchmarks[name];
if (!chosen) {
  console.error(`No benchmark is called "${name}"; there are: ${Object.keys(benchmarks).join(", ")}.`);
  process.exit(2);
}
await chosen(args);
