/**
 * `npm run bench -- window [tokens] [charts] [runs] [--repeats 20]`: what a person waits for in the page, measured in a headless
 * Chromium against the real service: colours of 16,000 tokens, curves of 20 runs redrawn in 12 charts, the table of 10,000 runs.
 * Times end when the frame that shows it is painted; they mean something only on a machine that does nothing else.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { JournalWriter } from "../../workbench/testing/journal-writer.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { MANY_RUNS, printManyRuns, writeManyRuns } from "./runs.ts";
import { cpuOf, knowPainted, print, timed, type Cpu, type Time } from "./painted.ts";
import { openBrowser } from "../support/browser.ts";
import { startCommand, waitFor } from "../support/processes.ts";

const TOKENS = 16_000;
const RUNS = 20;
const CHARTS = 12;
const LONGEST_WAIT_MS = 240_000;

type Part = "tokens" | "charts" | "runs";

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
  const runs = Array.from({ length: RUNS }, (_, index) => writeCurves(data, index));
  const service = startCommand(["serve", "--no-open", "--stay", "--data", data]);
  const browser = await openBrowser();
  try {
    const address = await waitFor(
      "the service",
      () => /(http:\S+)/.exec(service.output())?.[1],
      60_000,
      service.output,
    );
    const page = await browser.newPage({ viewport: { width: 1920, height: 1200 } });
    // A busy machine makes a page late, not wrong.
    page.setDefaultTimeout(LONGEST_WAIT_MS);
    await knowPainted(page);
    await page.goto(address);
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
    if (isAsked("runs")) {
      writeManyRuns(data);
      await waitFor("ten thousand runs in the list", () => allListed(page), 600_000, service.output);
      await printManyRuns(page, cpu, repeats);
    }
  } finally {
    await browser.close();
    service.child.kill("SIGTERM");
    await service.ended;
    rmSync(data, { recursive: true, force: true });
  }
}

async function allListed(page: Page): Promise<boolean> {
  await page.evaluate(() => (location.hash = "#/runs"));
  await page.waitForTimeout(1000);
  const shown = await page.getByText(/[\d,]+ shown/).textContent();
  return Number((shown ?? "").replace(/\D/g, "")) > MANY_RUNS;
}

/** A run with one answer of very many tokens. */
function writeLongRollout(data: string): void {
  const run = new SyntheticRun({
    dataFolder: data,
    id: "long",
    steps: 6,
    seed: 1,
    startTime: 1_700_000_000_000,
    prompts: 1,
    videos: false,
  });
  while (run.step());
  const journal = new JournalWriter(join(data, "runs", "long"), 2);
  const ids = Array.from({ length: TOKENS }, (_, index) => 300 + (index % 400));
  const values = (scale: number) => ids.map((_, index) => -scale * Math.abs(Math.sin(index * 0.7)));
  const tokens = journal.tokens({
    ids,
    channels: { logProb: values(3), oldLogProb: values(3.01), referenceLogProb: values(2.8), entropy: values(-1) },
  });
  const group = {
    step: 7,
    stage: "rl",
    group: "7-0-ordered",
    pair: "7-0",
    view: "ordered",
    sampleId: "long",
    task: "long",
  };
  journal.write(
    {
      ...group,
      type: "group",
      problemType: "free-form",
      question: "What happens in this very long video?",
      options: [],
      answer: "Much.",
      promptText: "",
      promptHash: "bench",
      promptTokens: 10,
      media: null,
      rewardMean: 0,
      rewardStd: 0,
      dead: true,
      gate: null,
      trained: true,
    },
    1_700_000_100_000,
  );
  journal.write(
    {
      type: "rollout",
      step: 7,
      group: "7-0-ordered",
      index: 0,
      text: "",
      stopReason: "stop",
      prediction: "",
      correct: false,
      rewards: { accuracy: 0 },
      reward: 0,
      advantage: 0,
      tokens,
    },
    1_700_000_100_000,
  );
  journal.flush();
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
        page.evaluate(async () => {
          const start = performance.now();
          location.hash = "#/runs/long/rollouts?step=7";
          await window.painted(() => document.querySelector('[data-i][style*="background"]') !== null);
          return performance.now() - start;
        }),
      ),
    );
  }
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
          const before = token.style.background;
          const start = performance.now();
          button.click();
          await window.painted(() => document.querySelector<HTMLElement>("[data-i='9']")!.style.background !== before);
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
