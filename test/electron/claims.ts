/** One line for each thing that a desktop test found to hold, and the stages its time went to. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const started = performance.now();

export function claim(text: string): void {
  console.log(`ok  ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${text}`);
}

/** Whatever hangs, the test ends, says so and clears up. */
export function endAfter(limitMs: number, clearUp: () => void): void {
  setTimeout(() => {
    console.error(`desktop test: not finished after ${limitMs / 1000} seconds`);
    clearUp();
    process.exit(1);
  }, limitMs).unref();
}

/** Where the pictures of a test go; the folder exists. */
export function screenshotFile(name: string): string {
  const folder = join(".secondlook", "screenshots");
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}
