/** Ten thousand runs: how fast the list of runs is read, sorted and filtered, in the store and in the page. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { print, timed, type Cpu, type Time } from "./painted.ts";
import { JournalWriter } from "../../workbench/testing/journal-writer.ts";
import { pageOfRuns } from "../../workbench/runs/page.ts";
import { RunSettings } from "../../workbench/runs/run-settings.ts";
import { SummaryCache } from "../../workbench/runs/summary-cache.ts";
import { tableOfRuns } from "../../workbench/runs/table.ts";
import type { RunSummary } from "../../contract/methods.ts";
import type { Db } from "../../workbench/store/databases.ts";

export const MANY_RUNS = 10_000;

const id = (index: number): string => `many-${String(index).padStart(5, "0")}`;

/** Of five seeds each, sixty settings as real runs have them. */
const settingsOf = (index: number): Record<string, number> => ({
  ...Object.fromEntries(Array.from({ length: 60 }, (_, place) => [`rl.setting${place}`, place])),
  "rl.klBeta": Math.floor(index / 5) / 1000,
});

/** Small finished runs, each with a journal of its own. */
export function writeManyRuns(data: string, count = MANY_RUNS): void {
  for (let index = 0; index < count; index++) {
    const folder = join(data, "runs", id(index));
    mkdirSync(folder, { recursive: true });
    const time = 1_700_000_000_000 + index * 60_000;
    const config = {
      id: id(index),
      name: `Run ${index}`,
      recipe: "video-r1",
      preset: "tiny",
      seed: index % 5,
      overrides: {},
    };
    const files = { model: "m", data: { train: "t.json", mediaRoot: "." }, createdAt: time };
    writeFileSync(join(folder, "run.json"), JSON.stringify({ ...config, ...files }));
    const journal = new JournalWriter(folder);
    journal.write(
      {
        type: "run_started",
        run: id(index),
        name: config.name,
        recipe: "video-r1",
        preset: "tiny",
        seed: index % 5,
        config: { settings: settingsOf(index) },
        model: { directory: "m", parameters: 1e6 },
        totalSteps: 3,
        stages: [{ name: "rl", kind: "rl", steps: 3 }],
        engine: { device: "cpu" },
        host: { name: "bench", pid: 1, node: "v24" },
      },
      time,
    );
    for (let step = 1; step <= 3; step++) {
      const metrics = {
        loss: 1 / step,
        reward: Math.abs(Math.sin(index + step)),
        kl: 0.01 * (index % 7),
        entropy: 0.5,
      };
      journal.write(
        { type: "step", step, stage: "rl", stageStep: step, metrics, timings: { update: 10 } },
        time + step,
      );
    }
    const status = index % 5 === 0 ? "failed" : "completed";
    journal.write({ type: "run_ended", status, step: 3, reason: "All stages are done." }, time + 10);
    journal.flush();
  }
}

const facts = {
  marks: () => ({ name: null, note: "", archived: false, tags: [] }),
  isQueued: () => false,
  alertRules: () => [],
};

function median(work: () => unknown): string {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return `${times[3]!.toFixed(1)} ms`;
}

const COLUMNS = ["step", "metric:reward", "heldOut", "metric:kl"];

/** After the index holds the runs of {@link writeManyRuns}. */
export function measureManyRuns(index: Db, data: string): { what: string; value: string; bar: string }[] {
  const ids = Array.from({ length: MANY_RUNS }, (_, place) => id(place));
  const summaries = (cache: SummaryCache) =>
    ids.map((run) => cache.get(run)).filter((run): run is RunSummary => run !== null);
  const start = performance.now();
  index.transaction(() => summaries(new SummaryCache(index, data, facts)))();
  const firstEver = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const warm = new SummaryCache(index, data, facts);
  const all = summaries(warm);
  const settings = new RunSettings(index);
  tableOfRuns(all, { group: "seedless" }, settings);
  const count = MANY_RUNS.toLocaleString("en-US");
  return [
    { what: `${count} runs, summarised once after they were taken in`, value: firstEver, bar: "" },
    {
      what: `${count} runs, first page after a start of the service`,
      value: median(() => pageOfRuns(summaries(new SummaryCache(index, data, facts)), {})),
      bar: "< 150 ms",
    },
    {
      what: `${count} runs, sorted by KL`,
      value: median(() => pageOfRuns(all, { sort: "metric:kl" })),
      bar: "< 50 ms",
    },
    {
      what: `${count} runs, filtered by two words and a state`,
      value: median(() => pageOfRuns(all, { text: "run 77", states: ["completed"] })),
      bar: "< 50 ms",
    },
    {
      what: `${count} runs, in groups of seeds, the first time after a start`,
      value: median(() => tableOfRuns(all, { group: "seedless", columns: COLUMNS }, new RunSettings(index))),
      bar: "",
    },
    {
      what: `${count} runs, in groups of seeds with means and spreads`,
      value: median(() => tableOfRuns(all, { group: "seedless", sort: "metric:kl", columns: COLUMNS }, settings)),
      bar: "< 50 ms",
    },
    {
      what: `${count} runs, sorted and filtered by a setting`,
      value: median(() => tableOfRuns(all, { text: "klBeta>0.5", sort: "setting:rl.klBeta" }, settings)),
      bar: "< 50 ms",
    },
  ];
}

/** Until the rows are painted: opened, sorted by a click, filtered by a word. */
export async function printManyRuns(page: Page, cpu: Cpu, repeats: number): Promise<void> {
  const times = { opened: [] as Time[], sorted: [] as Time[], filtered: [] as Time[] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    await page.evaluate(() => (location.hash = "#/system"));
    await page.waitForTimeout(400);
    times.opened.push(await timed(cpu, () => openList(page)));
    times.sorted.push(await timed(cpu, () => changeList(page, "sort")));
    times.filtered.push(await timed(cpu, () => changeList(page, "filter")));
  }
  print(`${MANY_RUNS} runs in the list, opened`, times.opened, "< 150 ms");
  print(`${MANY_RUNS} runs in the list, sorted`, times.sorted, "< 50 ms and two frames");
  print(`${MANY_RUNS} runs in the list, filtered`, times.filtered, "< 50 ms and two frames");
}

const openList = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const start = performance.now();
    location.hash = "#/runs";
    await window.painted(() => document.querySelectorAll("[role=row]").length >= 10);
    return performance.now() - start;
  });

const changeList = (page: Page, what: "sort" | "filter"): Promise<number> =>
  page.evaluate(async (kind) => {
    const first = () => document.querySelector("[role=row][aria-rowindex='2']")?.textContent ?? "";
    const before = first();
    const start = performance.now();
    if (kind === "sort") {
      const heads = [...document.querySelectorAll<HTMLButtonElement>("[role=columnheader] button")];
      heads.find((head) => head.textContent?.startsWith("KL"))!.click();
    } else {
      const input = document.querySelector<HTMLInputElement>("input[aria-label='Filter runs']")!;
      const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!;
      setter.call(input, "run 77");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    await window.painted(() => first() !== before);
    return performance.now() - start;
  }, what);
