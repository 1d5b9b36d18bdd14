/** How soon a step that a run writes is in the index and on screen, and what waits while journals are taken in. */
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright-core";
import { TestClient } from "../../workbench/testing/client.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { percentile } from "./painted.ts";
import { waitFor } from "../support/processes.ts";

declare global {
  interface Window {
    /** When what was waited for was painted, milliseconds since 1970. */
    seen: Promise<number>;
    /** Times between animation frames while somebody looks. */
    gaps: number[];
  }
}

const row = (what: string, times: readonly number[], bar: string): void =>
  console.log(
    `${what.padEnd(60)} p50 ${percentile(times, 0.5)} ms, p95 ${percentile(times, 0.95)} ms, most ${percentile(times, 1)} ms, ${times.length} times   bar: ${bar}`,
  );

const connect = (address: string): Promise<TestClient> => {
  const [, origin, token] = /^(http:\/\/[^/]+)\/#token=(.+)$/.exec(address)!;
  return TestClient.connect(origin!, { token: token! });
};

/** Steps at odd moments: from the line in the journal to the push, to the painted number, to the painted curves. */
export async function measureSteps(page: Page, address: string, data: string, repeats: number): Promise<void> {
  const run = new SyntheticRun({
    dataFolder: data,
    id: "growing",
    steps: 4000,
    seed: 3,
    startTime: Date.now(),
    prompts: 0,
  });
  for (let step = 0; step < 200; step++) run.step();
  run.holdLease();
  const client = await connect(address);
  await page.evaluate(() => (location.hash = "#/runs/growing"));
  await page.locator("[data-panel] svg.recharts-surface").first().waitFor();
  await page.waitForTimeout(2000);
  const [stored, numbered, drawn]: [number[], number[], number[]] = [[], [], []];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const step = 201 + repeat;
    await delay(600 + ((repeat * 137) % 211));
    await page.evaluate((wanted) => {
      const number = () => document.querySelector("dl dd")?.textContent ?? "";
      const curve = () => document.querySelector("[data-panel] path.recharts-line-curve")?.getAttribute("d");
      const before = curve();
      const at = (isShown: () => boolean) => window.painted(isShown).then(() => Date.now());
      window.seen = Promise.all([at(() => number().startsWith(wanted)), at(() => curve() !== before)]) as never;
    }, String(step));
    const written = Date.now();
    run.step();
    const pushed = waitFor(
      "a push",
      () => client.pushes.some((push) => push.topic === "run" && push.run === "growing" && push.step >= step),
      60_000,
    ).then(() => stored.push(Date.now() - written));
    const [number, curve] = (await page.evaluate(() => window.seen)) as unknown as [number, number];
    await pushed;
    numbered.push(number - written);
    drawn.push(curve - written);
  }
  client.close();
  run.releaseLease();
  row("a step in the store after its journal line", stored, "p95 < 100 ms");
  row("its number on screen", numbered, "p95 < 500 ms");
  row("its curves on screen", drawn, "p95 < 500 ms");
}

const JOURNALS = 20;

/** Twenty whole journals with their rollouts come at once, while a page shows the list and asks for it. */
export async function measureIngest(page: Page, address: string, data: string): Promise<void> {
  const aside = join(data, "aside");
  for (let index = 0; index < JOURNALS; index++) {
    const run = new SyntheticRun({
      dataFolder: aside,
      id: `taken-${index}`,
      steps: 300,
      seed: index,
      startTime: 1_700_000_000_000,
      prompts: 4,
      videos: false,
    });
    while (run.step());
  }
  const client = await connect(address);
  await page.evaluate(() => (location.hash = "#/runs"));
  await page.waitForTimeout(1000);
  await page.evaluate(() => {
    window.gaps = [];
    let last = performance.now();
    const look = () => {
      window.gaps.push(performance.now() - last);
      last = performance.now();
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  mkdirSync(join(data, "runs"), { recursive: true });
  const start = performance.now();
  for (const run of readdirSync(join(aside, "runs"))) renameSync(join(aside, "runs", run), join(data, "runs", run));
  const answers: number[] = [];
  const ended = async () => {
    const asked = performance.now();
    const { total } = await client.call("runs.page", { text: "taken", states: ["completed"], limit: 1 });
    answers.push(performance.now() - asked);
    return total === JOURNALS;
  };
  await waitFor("twenty runs in the list", ended, 300_000);
  const seconds = (performance.now() - start) / 1000;
  const gaps = await page.evaluate(() => window.gaps);
  client.close();
  rmSync(aside, { recursive: true });
  console.log(`${JOURNALS} journals of 300 steps with rollouts taken in`.padEnd(60) + ` ${seconds.toFixed(1)} s`);
  row("an answer of the service meanwhile", answers, "p95 < 150 ms");
  row("between two frames of the page meanwhile", gaps, "p95 < 50 ms");
}
