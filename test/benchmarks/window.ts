/**
 * `npm run bench -- window [tokens] [charts] [seek] [steps] [ingest] [runs] [start] [--repeats 20]`: what a person waits for in
 * the page, measured in a headless Chromium against the real service: colours of 16,000 tokens, curves of 20 runs redrawn in 12
 * charts, a frame of a video, a step of a living run, the list while journals are taken in, the table of 10,000 runs, a start.
 * Times end when the frame that shows it is painted; they mean something only on a machine that does nothing else.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { tokenTexts } from "../../workbench/library/token-text.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { measureIngest, measureSteps } from "./live.ts";
import { ANSWER_STEP, writeOneAnswer } from "./one-answer.ts";
import { MANY_RUNS, printManyRuns, writeManyRuns } from "./runs.ts";
import { cpuOf, knowPainted, print, timed, type Cpu, type Time } from "./painted.ts";
import { measureSeek, writeClip } from "./seek.ts";
import { openBrowser } from "../support/browser.ts";
import { startCommand, waitFor } from "../support/processes.ts";

const TOKENS = 16_000;
const RUNS = 20;
const CHARTS = 12;
const LONGEST_WAIT_MS = 240_000;

type Part = "tokens" | "charts" | "seek" | "steps" | "ingest" | "runs" | "start";

export async function benchWindow(args: readonly string[] = []): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { repeats: { type: "string", default: "20" } },
  });
  const repeats = Number(values.repeats);
  const isAsked = (part: Part) => positionals.length === 0 || positionals.includes(part);
  const data = mkdtempSync(join(tmpdir(), "secondlook-bench-"));
  writeLongRollout(data);
  if (isAsked("seek")) writeClip(data);
  const runs = isAsked("charts") ? Array.from({ length: RUNS }, (_, index) => writeCurves(data, index)) : [];
  let service = await startService(data);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1200 } });
    // A busy machine makes a page late, not wrong.
    page.setDefaultTimeout(LONGEST_WAIT_MS);
    await knowPainted(page);
    await page.goto(service.address);
    await page.waitForSelector("text=Connected");
    const cpu = await cpuOf(page);
    if (isAsked("tokens")) {
      const opened = await openTokens(page, cpu, repeats);
      print(`${TOKENS} tokens, opened and coloured, service included`, opened, "< 400 ms");
      print(`${TOKENS} tokens, another channel`, await recolour(page, cpu, repeats), "< 100 ms");
    }
    if (isAsked("charts")) {
      print(`${RUNS} runs in ${CHARTS} charts, all redrawn`, await redraw(page, cpu, runs, repeats), "< 150 ms");
      await page.setViewportSize({ width: 1920, height: 1200 });
    }
    if (isAsked("seek")) await measureSeek(page, cpu, repeats);
    if (isAsked("steps")) await measureSteps(page, service.address, data, repeats);
    if (isAsked("ingest")) await measureIngest(page, service.address, data);
    if (isAsked("runs") || isAsked("start")) {
      writeManyRuns(data);
      await waitFor("ten thousand runs in the list", () => allListed(page), 600_000, service.output);
    }
    if (isAsked("runs")) await printManyRuns(page, cpu, repeats);
    if (isAsked("start")) {
      const times: Time[] = [];
      for (let repeat = 0; repeat < Math.min(5, repeats); repeat++) {
        await page.goto("about:blank");
        await service.stop();
        const start = performance.now();
        service = await startService(data);
        await page.goto(service.address);
        await page.evaluate(() => window.painted(() => document.querySelectorAll("[role=row]").length >= 10));
        times.push({ wallMs: performance.now() - start, cpuMs: await cpu() });
      }
      print(`service and page started, ${MANY_RUNS} runs in the list`, times, "< 1500 ms");
    }
  } finally {
    await browser.close();
    await service.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function startService(data: string) {
  const { child, ended, output } = startCommand(["serve", "--no-open", "--stay", "--data", data]);
  const address = await waitFor("the service", () => /(http:\S+)/.exec(output())?.[1], 60_000, output);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { address, output, stop };
}

async function allListed(page: Page): Promise<boolean> {
  await page.evaluate(() => (location.hash = "#/runs"));
  await page.waitForTimeout(1000);
  const shown = await page.getByText(/[\d,]+ shown/).textContent();
  return Number((shown ?? "").replace(/\D/g, "")) > MANY_RUNS;
}

/** A run with one answer of very many tokens. */
function writeLongRollout(data: string): void {
  const ids = Array.from({ length: TOKENS }, (_, index) => 300 + (index % 400));
  writeOneAnswer(data, "long", { ids, text: tokenTexts("resources/base-model", ids).join(""), media: null });
}

/** A run of curves only; its id. */
function writeCurves(data: string, index: number): string {
  const id = `curves-${String(index).padStart(2, "0")}`;
  const run = new SyntheticRun({
    dataFolder: data,
    id,
    steps: 900,
    seed: index,
    startTime: 1_700_000_000_000,
    prompts: 0,
  });
  while (run.step());
  return id;
}

async function openTokens(page: Page, cpu: Cpu, repeats: number): Promise<Time[]> {
  const times: Time[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    // A fresh page each time: nothing is remembered.
    await page.evaluate(() => (location.hash = "#/runs"));
    await page.reload();
    await page.waitForSelector("text=Connected");
    await page.waitForTimeout(1500);
    times.push(
      await timed(cpu, () =>
        page.evaluate(async (step) => {
          const start = performance.now();
          location.hash = `#/runs/long/rollouts?step=${step}`;
          await window.painted(() => document.querySelector('[data-i][style*="background"]') !== null);
          return performance.now() - start;
        }, ANSWER_STEP),
      ),
    );
  }
  await page.waitForTimeout(1500);
  const shown = await page.evaluate(() => document.querySelector("[data-rollout]")?.textContent?.length ?? 0);
  if (shown < TOKENS) throw new Error(`Only ${shown} characters of ${TOKENS} tokens are in the page.`);
  return times;
}

async function recolour(page: Page, cpu: Cpu, repeats: number): Promise<Time[]> {
  const times: Time[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const label = ["Entropy", "KL", "Log-prob"][repeat % 3]!;
    times.push(
      await timed(cpu, () =>
        page.evaluate(async (name) => {
          const button = [
            ...document.querySelectorAll<HTMLButtonElement>('[aria-label="Colour tokens by"] button'),
          ].find(({ textContent }) => textContent === name)!;
          const token = document.querySelector<HTMLElement>("[data-i='9']")!;
          const before = token.getAttribute("style");
          const start = performance.now();
          button.click();
          await window.painted(() => document.querySelector("[data-i='9']")!.getAttribute("style") !== before);
          return performance.now() - start;
        }, label),
      ),
    );
  }
  return times;
}

async function redraw(page: Page, cpu: Cpu, runs: readonly string[], repeats: number): Promise<Time[]> {
  const query = runs.map((run) => `run=${run}`).join("&");
  await page.evaluate((hash) => (location.hash = hash), `#/compare?${query}`);
  await page.getByText(/^All \d+ metrics$/).click();
  // High enough for 12 charts to be on screen at once: only those are drawn.
  await page.setViewportSize({ width: 1920, height: 3200 });
  await page.waitForFunction((charts) => document.querySelectorAll("[data-panel] canvas").length >= charts, CHARTS);
  await page.waitForTimeout(1500);
  const times: Time[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const value = String(((repeat * 7) % 19) / 20);
    times.push(
      await timed(cpu, () =>
        page.evaluate(async (smoothing) => {
          const slider = document.querySelector<HTMLInputElement>('input[type="range"]')!;
          const start = performance.now();
          Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(slider, smoothing);
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          // React commits an input's change at once and draws the canvases with it: the next frame shows them.
          await window.painted(() => true);
          return performance.now() - start;
        }, value),
      ),
    );
  }
  return times;
}
