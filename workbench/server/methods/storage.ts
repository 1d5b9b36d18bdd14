/** What lies in the data folder, and the engine's self-test. */
import type { StorageResults } from "../../../contract/methods.ts";
import { readRunConfig } from "../../runs/launch.ts";
import { removeRunFolder } from "../../runs/remove.ts";
import { selfTest } from "../../self-test.ts";
import { readStorage } from "../../storage.ts";
import type { HandlersOf } from "./context.ts";
import { forget } from "./launch.ts";

export const storageMethods: HandlersOf<keyof StorageResults> = {
  "storage.get": ({ data, known, summaries }) => readStorage(data, known(), (run) => summaries.get(run)?.name ?? run),
  "runs.delete": (context, { run }) => {
    readRunConfig(context.data, run);
    removeRunFolder(context.data, run);
    context.queue.remove(run);
    forget(context, run);
    return { run };
  },
  "system.selfTest": () => selfTest(),
};
