/** Files of rows that are there without anybody having imported them: those of the sample pack. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { SuggestedDataset } from "../../contract/methods.ts";
import { samplePackData } from "../runs/new-run.ts";
import type { RegisteredDataset } from "./datasets.ts";

const NAMES = { train: "training", sft: "traces", validation: "validation", heldOut: "held out" } as const;

/** What a data folder has to look at, without what was imported already. */
export function suggestedDatasets(data: string, imported: readonly RegisteredDataset[]): SuggestedDataset[] {
  const pack = samplePackData(data);
  return (Object.keys(NAMES) as (keyof typeof NAMES)[]).flatMap((split) => {
    const file = pack[split];
    if (!file || !existsSync(file) || imported.some((one) => resolve(one.file) === resolve(file))) return [];
    return [{ name: `Sample pack, ${NAMES[split]}`, file, mediaRoot: pack.mediaRoot }];
  });
}
