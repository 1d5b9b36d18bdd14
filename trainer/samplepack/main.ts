/** `node trainer/samplepack/main.ts FOLDER [--small]`: makes the sample pack. */
import { resolve } from "node:path";
import { FULL_PACK, hasPack, makePack, SMALL_PACK } from "./pack.ts";

const folder = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (folder === undefined) {
  console.error("Usage: node trainer/samplepack/main.ts FOLDER [--small]");
  process.exit(2);
}
try {
  const size = process.argv.includes("--small") ? SMALL_PACK : FULL_PACK;
  if (!hasPack(resolve(folder), size)) await makePack(resolve(folder), size, (line) => console.error(`  ${line}`));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
