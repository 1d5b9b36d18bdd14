/** Applies a retention rule in a process of its own, which tests may kill: `DATA RUNS_AS_JSON`. Says when it begins and when it is done. */
import { openIndex } from "../../workbench/store/databases.ts";
import { OLD_RULE } from "../../workbench/testing/old-world.ts";
import { applyRetention, type RetentionWorld } from "../../workbench/upkeep/retention.ts";

const [data, runs] = process.argv.slice(2) as [string, string];
const index = openIndex(data);
const marks = () => ({ name: null, note: "", tags: [], archived: false });
console.log("begins");
const { items, frames } = applyRetention(
  { data, index, runs: JSON.parse(runs) as RetentionWorld["runs"], marks },
  OLD_RULE,
  Date.now(),
);
console.log(`done: ${items.length} runs, ${frames.count} frames`);
index.close();
