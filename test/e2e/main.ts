/**
 * End to end in a real Chromium: the demo starts small, the page is followed while it trains, reloaded in the middle, a
 * click on a curve leads to rollouts, and the strip's pixels have the hashes that the journal holds.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { EventOf } from "../../contract/journal.ts";
import { openBrowser } from "../support/browser.ts";
import { checkCharts } from "./charts.ts";
import { checkData } from "./data.ts";
import { readJournal, startCommand, waitFor } from "../support/processes.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { claimAccessible } from "./accessibility.ts";
import { checkEvaluations } from "./evals.ts";
import { claimPlayground } from "./playground.ts";
import { claimLaunchedSystems } from "./systems-launched.ts";
import { claimVerifiedSystems } from "./systems-verified.ts";
import { claimInterop } from "./interop.ts";
import { claimOwnVideos } from "./own-videos.ts";
import { claimExplained } from "./explained.ts";
import { claimHallucinations } from "./hallucinations.ts";
import { checkLaunch } from "./launch.ts";
import { checkLiveRun } from "./live.ts";
import { checkSystems } from "./systems.ts";
import { claimRollouts } from "./rollouts.ts";
import { checkRuns } from "./runs.ts";
import { checkSystem } from "./system.ts";
import { dialogsOf } from "./dialog-list.ts";
import { claimDialogs } from "./dialogs.ts";

const data = mkdtempSync(join(tmpdir(), "secondlook-e2e-"));
const resultFile = join(data, "demo.json");
let passed = 0;

async function claim(text: string, check: () => Promise<void> | void): Promise<void> {
  await check();
  passed += 1;
  console.log(`✓ ${text}`);
}

const demo = startCommand(["demo", "--small", "--no-open", "--seed", "1", "--data", data, "--json", resultFile]);
const address = await waitFor(
  "the demo to print its page's address",
  () => /the page: (\S+)/.exec(demo.output())?.[1],
  120_000,
  demo.output,
);
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(address);

  await claim("takes the token out of the address at once", async () => {
    await page.waitForSelector("text=Connected");
    assert.ok(!page.url().includes("token="), page.url());
  });
  await claim("opens on the demo's run, says how it learns, and lists the run while it trains", async () => {
    await page.locator("h1", { hasText: "Demo · SFT then T-GRPO" }).waitFor({ timeout: 60_000 });
    const how = page.getByRole("region", { name: "How it learns" });
    await how.getByRole("radio", { name: "Cold start" }).click(); // the cold start may have passed by now
    await how.getByText("worked examples").waitFor();
    await page.evaluate(() => (location.hash = "#/runs"));
    await page.getByRole("grid").getByText("Demo · SFT then T-GRPO").first().click({ timeout: 60_000 });
    await page.waitForURL(/#\/runs\/[^/]+/);
  });
  const run = /#\/runs\/([^/?]+)/.exec(page.url())![1]!;
  const journal = join(data, "runs", run, "journal.0.ndjson");
  await claim("is live: the step on the page moves without a reload", async () => {
    const before = await stepOnPage(page);
    await waitFor("the step to move", async () => (await stepOnPage(page)) > before, 60_000, demo.output);
  });
  await claim("finds everything again after a reload in the middle", async () => {
    const before = await stepOnPage(page);
    await page.reload();
    await page.waitForSelector("text=Connected");
    await waitFor("the step after the reload", async () => (await stepOnPage(page)) >= before, 20_000, demo.output);
  });
  await claim("ends the demo with a table and a result file", async () => {
    assert.equal(await demo.ended, 0, demo.output());
    const result = JSON.parse(readFileSync(resultFile, "utf8")) as Record<string, Record<string, unknown>>;
    assert.deepEqual(Object.keys(result["heldOut"]!).sort(), ["initial", "rl", "sft", "sftContinued"]);
    assert.equal(result["events"]!["lost"], 0);
    assert.match(demo.output(), /SFT continued, as long as RL/);
  });

  const other = readdirSync(join(data, "runs")).find((id) => id !== run)!;
  // So small a model takes nothing back; this run's answers do.
  const hesitant = "hesitant";
  const written = new SyntheticRun({
    dataFolder: data,
    id: hesitant,
    steps: 30,
    seed: 3,
    startTime: Date.now(),
    prompts: 3,
  });
  while (written.step());

  // The demo has ended its service; a new one finds the same runs.
  const service = startCommand(["serve", "--no-open", "--data", data], { SECONDLOOK_THREADS: "1" });
  try {
    const again = await waitFor("the service", () => /(http:\S+)/.exec(service.output())?.[1], 20_000, service.output);
    await page.goto("about:blank");
    await page.goto(again);
    await page.waitForSelector("text=Connected");
    await claim("leads from a click on a curve to the rollouts of that step", async () => {
      await page.evaluate((id) => (location.hash = `#/runs/${id}`), run);
      // Curves are drawn where they are looked at.
      await page.locator('[data-panel="Reward"]').scrollIntoViewIfNeeded({ timeout: 20_000 });
      const chart = page.locator('[data-panel="Reward"] .recharts-surface').first();
      await chart.waitFor({ timeout: 20_000 });
      const box = (await chart.boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.5);
      await page.mouse.click(box.x + box.width * 0.7, box.y + box.height * 0.5);
      await page.waitForURL(/rollouts\?.*step=\d+/, { timeout: 10_000 });
      await page.waitForSelector("img[data-hash]");
    });
    await claim("shows the very pixels whose hashes the journal holds, ordered and shuffled", async () => {
      const step = Number(/step=(\d+)/.exec(page.url())![1]);
      const shown = await framePixels(page);
      const groups = (readJournal(journal) as unknown as EventOf<"group">[]).filter(
        (event) => event.type === "group" && event.step === step && event.media !== null,
      );
      const known = new Set(groups.flatMap((group) => group.media!.frames.map((frame) => frame.hash)));
      assert.ok(shown.length >= 16, `only ${shown.length} frames are shown`);
      for (const frame of shown) {
        assert.equal(frame.pixels, frame.named, "a frame's pixels do not have the hash it is named by");
        assert.ok(known.has(frame.pixels), `the journal of step ${step} does not know frame ${frame.pixels}`);
      }
    });
    await claimRollouts({ page, claim, run, other, hesitant, journal });
    await checkData(page, data, claim);
    await checkEvaluations(page, data, claim);
    await claimPlayground({ page, claim, data, run });
    await claimHallucinations(page, data, claim);
    await claimVerifiedSystems({ page, claim, data });
    await checkRuns(page, claim);
    await checkCharts(page, run, claim);
    await claimExplained(page, claim, run, journal);
    const training = await checkLaunch(page, data, claim);
    const stop = { name: "the end of a run that trains", screen: `#/runs/${training}`, opener: "Stop" };
    await claimDialogs(page, claim, [stop]);
    await checkLiveRun(page, data, training, claim);
    await checkSystems(page, data, claim);
    await claimOwnVideos(page, data, claim);
    await claimInterop(page, claim);
    await claimLaunchedSystems({ page, claim, data });
    const datasets = readdirSync(join(data, "datasets")).filter((name) => !name.startsWith("."));
    await claimAccessible(page, claim, [
      "#/runs",
      "#/launch",
      ...["", "/metrics", "/timing", "/alerts", "/control", "/configuration", "/messages"].map(
        (tab) => `#/runs/${run}${tab}`,
      ),
      ...["", "/what-if", "/map", "/prompt"].map((view) => `#/runs/${run}/rollouts${view}`),
      `#/runs/${hesitant}/rollouts/corrections`,
      `#/compare?run=${run}&run=${other}`,
      "#/data",
      ...datasets.flatMap((dataset) => ["", "/rows", "/rows/0", "/shared"].map((part) => `#/data/${dataset}${part}`)),
      "#/evals",
      `#/evals/${readdirSync(join(data, "evaluations"))[0]}`,
      "#/playground",
      "#/recipes",
      "#/recipes/tw-grpo",
      "#/system",
    ]);
    await claimDialogs(page, claim, dialogsOf(run, lastStep(journal), datasets[0] ?? null));
    await checkSystem(page, data, claim);
    await claim("reports no error on the page", () => assert.deepEqual(problems.filter(isOurs), []));
  } finally {
    service.child.kill("SIGTERM");
    await service.ended;
  }
} finally {
  await browser.close();
  demo.child.kill("SIGTERM");
  rmSync(data, { recursive: true, force: true });
}
console.log(`${passed} passed, 0 failed`);

/** A browser says so itself when the demo's service ends and the line drops. */
function isOurs(problem: string): boolean {
  return !/WebSocket|ERR_CONNECTION_REFUSED/.test(problem);
}

/** The newest step with rollouts. */
function lastStep(file: string): number {
  return readJournal(file).findLast(({ type }) => type === "rollout")!["step"] as number;
}

async function stepOnPage(page: Page): Promise<number> {
  const text = await page.locator("main").innerText();
  const match = /Step\s+(\d+)\s*of\s*\d+/.exec(text.replace(/\n/g, " "));
  return match ? Number(match[1]) : -1;
}

/** sha256 of each shown frame's RGB bytes as the browser decoded them, beside the hash it is named by. */
function framePixels(page: Page): Promise<{ named: string; pixels: string }[]> {
  return page.evaluate(async () => {
    const images = [...document.querySelectorAll<HTMLImageElement>("img[data-hash]")];
    return Promise.all(
      images.map(async (image) => {
        await image.decode();
        const canvas = document.createElement("canvas");
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        const drawing = canvas.getContext("2d", { willReadFrequently: true })!;
        drawing.drawImage(image, 0, 0);
        const { data: rgba } = drawing.getImageData(0, 0, canvas.width, canvas.height);
        const rgb = new Uint8Array((rgba.length / 4) * 3);
        for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
          rgb.set(rgba.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
        }
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", rgb));
        const pixels = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        return { named: image.dataset["hash"]!, pixels };
      }),
    );
  });
}
