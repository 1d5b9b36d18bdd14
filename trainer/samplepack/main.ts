/** `node trainer/samplepack/main.ts FOLDER [--set NAME] [--small]`: makes the sample pack, or a data set beside it. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { FULL_PACK, hasPack, makePack, SMALL_PACK } from "./pack.ts";
import { setByName } from "./sets/index.ts";
import { makeSet } from "./sets/set.ts";

const { values, positionals } = parseArgs({
  options: { set: { type: "string" }, small: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (positionals[0] === undefined) {
  console.error("Usage: node trainer/samplepack/main.ts FOLDER [--set NAME] [--small]");
  process.exit(2);
}
const folder = resolve(positionals[0]);
const say = (line: string): void => console.error(`  ${line}`);
try {
  const size = values.small ? SMALL_PACK : FULL_PACK;
  if (values.set !== undefined) await makeSet(folder, setByName(values.set), values.small, say);
  else if (!hasPack(folder, size)) await makePack(folder, size, say);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
