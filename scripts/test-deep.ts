/**
 * `npm run test:deep`: what takes too long for `npm test`, part by part (`scripts/deep/parts.ts`). `npm run test:deep -- soak`
 * runs what is named, `-- --rest` what has not passed on this commit yet. Whole outputs lie in `.secondlook/test-deep/`.
 */
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { lineOf, partsNamed, readRecord, tableOf, writeRecord, type DeepPart, type DeepResult } from "./deep/parts.ts";

const FOLDER = join(".secondlook", "test-deep");
const RECORD = join(FOLDER, "record.json");
const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).stdout?.trim() || "unknown";

/** Runs a part with all that it starts; past its limit all of that is ended. */
function run(part: DeepPart): Promise<DeepResult> {
  const started = performance.now();
  const log = createWriteStream(join(FOLDER, `${part.name}.log`));
  const child = spawn(process.execPath, part.args, {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what it started ends with it.
    detached: true,
    env: { ...process.env, ...part.environment },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      log.write(chunk);
      process.stdout.write(chunk);
    });
  let timedOut = false;
  const end = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // Over already.
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, part.limitMinutes * 60_000);
  const interrupt = (): void => {
    end();
    process.exit(130);
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      log.end();
      const seconds = (performance.now() - started) / 1000;
      const date = new Date().toISOString().slice(0, 10);
      resolve({ ok: code === 0 && !timedOut, seconds, date, commit, line: lineOf(part, output, timedOut) });
    }),
  );
}

const words = process.argv.slice(2);
let parts: readonly DeepPart[];
try {
  parts = partsNamed(words.filter((word) => word !== "--rest"));
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
if (words.includes("--rest")) {
  const record = readRecord(RECORD);
  parts = parts.filter(({ name }) => !(record[name]?.ok && record[name].commit === commit));
}

const failed: string[] = [];
for (const part of parts) {
  console.log(`\n— ${part.name}: ${part.title} (at most ${part.limitMinutes} minutes) —`);
  const result = await run(part);
  if (!result.ok) failed.push(part.name);
  // At once: an interrupted call leaves what is done.
  writeRecord(RECORD, { ...readRecord(RECORD), [part.name]: result });
  console.log(`${result.ok ? "passed" : "FAILED"}  ${part.name}  ${result.seconds.toFixed(0)} s  ${result.line}`);
}

console.log(`\n${tableOf(readRecord(RECORD))}`);
console.log(
  `${parts.length - failed.length} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(", ")}` : ""}`,
);
process.exit(failed.length === 0 ? 0 : 1);
