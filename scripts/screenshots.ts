/**
 * Makes the README's pictures from the real thing: `node scripts/screenshots.ts DATA_FOLDER [UPDATES_BEFORE_THE_END]`, where a demo has run.
 * Opens the newest run with RL in a headless Chromium and writes `docs/images/*.png`.
 */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { openBrowser } from "../test/support/browser.ts";
import { startCommand, waitFor } from "../test/support/processes.ts";

interface ListedRun {
  readonly id: string;
  readonly latest: Readonly<Record<string, number>>;
  readonly step: number;
}

const data = process.argv[2];
if (data === undefined) {
  console.error("Usage: node scripts/screenshots.ts DATA_FOLDER (of a demo that has ended)");
  process.exit(2);
}
/** The step whose rollouts are shown lies this many updates before the end. */
const back = Number(process.argv[3] ?? 2);
const folder = resolve("docs/images");
mkdirSync(folder, { recursive: true });

const listing = startCommand(["runs", "--json", "--data", data]);
await listing.ended;
const runs = JSON.parse(listing.output()) as ListedRun[];
const run = runs.find((candidate) => "reward" in candidate.latest);
const other = runs.find((candidate) => candidate.id !== run?.id);
if (!run) throw new Error(`${data} holds no run with RL; run "npm run demo -- --data ${data}" first.`);

const service = startCommand(["serve", "--no-open", "--data", data]);
const browser = await openBrowser();
try {
  const address = await waitFor("the service", () => /(http:\S+)/.exec(service.output())?.[1], 20_000, service.output);
  const views: readonly (readonly [name: string, hash: string, scheme: "light" | "dark"])[] = [
    ["live-run", `#/runs/${run.id}`, "light"],
    ["rollouts", `#/runs/${run.id}/rollouts?step=${run.step - back}`, "light"],
    ["what-if", `#/runs/${run.id}/rollouts/what-if?step=${run.step - back}`, "light"],
    ["second-looks", `#/runs/${run.id}/rollouts/corrections`, "light"],
    ["dead-groups", `#/runs/${run.id}/rollouts/map`, "dark"],
    ["one-prompt", `#/runs/${run.id}/rollouts/prompt`, "light"],
    ...(other ? [["compare", `#/compare?run=${run.id}&run=${other.id}`, "light"] as const] : []),
  ];
  for (const [name, hash, colorScheme] of views) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
    await page.goto(address);
    await page.waitForSelector("text=Connected");
    await page.evaluate((fragment) => (location.hash = fragment), hash);
    await page.waitForLoadState("networkidle");
    await page.waitForTimeout(1200);
    await page.screenshot({ path: resolve(folder, `${name}.png`) });
    await page.close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  service.child.kill("SIGTERM");
  await service.ended;
}
