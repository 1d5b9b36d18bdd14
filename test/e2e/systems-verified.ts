/**
 * Claims about the special views of VerIPO, GRPO-CARE and SEED-Bench-R1's levels, on small runs that really trained: the
 * shipped base model, a few updates, beside the demo's runs.
 */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import type { EventOf } from "../../contract/journal.ts";
import { setByName } from "../../trainer/samplepack/sets/index.ts";
import { makeSet } from "../../trainer/samplepack/sets/set.ts";
import { readJournal } from "../support/processes.ts";
import { makeRun, startWorker } from "../support/tiny-run.ts";
import type { Claim } from "./rollouts.ts";

const SMALL = {
  "sft.steps": 0,
  "rl.steps": 3,
  "rl.promptsPerStep": 4,
  "rl.groupSize": 6,
  "rl.shuffledGroupSize": 0,
  "rl.learningRate": 1e-5,
  "sampling.maxTokens": 48,
  "evaluation.every": 0,
  "evaluation.maxTokens": 48,
} as const;

interface Place {
  readonly page: Page;
  readonly claim: Claim;
  /** Holds the demo's sample pack. */
  readonly data: string;
}

export async function claimVerifiedSystems({ page, claim, data }: Place): Promise<void> {
  const model = resolve("resources/base-model");
  const pack = join(data, "sample-pack");
  const levels = join(data, "sets", "levels");
  await makeSet(levels, setByName("levels"), true, () => undefined);
  const train = async (id: string, folder: string, overrides: object, recipe: string): Promise<EventOf<"group">[]> => {
    const held = { heldOut: join(folder, "heldout.json") };
    const run = makeRun(data, { model, pack: folder }, id, { ...SMALL, ...overrides }, held, {
      recipe,
      preset: "tiny",
    });
    const worker = startWorker(run);
    assert.equal(await worker.ended, 0, worker.output());
    return readJournal(join(run, "journal.0.ndjson")) as unknown as EventOf<"group">[];
  };
  const aligning = { "veripo.rounds": 1, "dpo.steps": 3, "dpo.batchSize": 3, "dpo.learningRate": 1e-5 };
  const events = await train("e2e-veripo", pack, aligning, "veripo");
  await train("e2e-care", levels, {}, "grpo-care");
  await claimLineage(page, claim, events as never);
  await claimQuadrant(page, claim);
  await claimLevels(page, claim);
}

type Pair = EventOf<"preference_pair">;

async function claimLineage(page: Page, claim: Claim, events: readonly (Pair | EventOf<"verdicts">)[]): Promise<void> {
  const pairs = events.filter((event): event is Pair => event.type === "preference_pair" && event.usedAtStep !== null);
  const verdicts = events.filter((event): event is EventOf<"verdicts"> => event.type === "verdicts");
  await claim("shows each preference pair with the verdicts of the rollouts that it comes from", async () => {
    assert.ok(pairs.length > 0, "the run made no pairs");
    await page.evaluate(() => (location.hash = "#/runs/e2e-veripo"));
    const panel = page.locator('[data-panel="Preference pairs"]');
    await panel.scrollIntoViewIfNeeded({ timeout: 20_000 });
    const used = panel.locator("article").filter({ hasText: "update" }).first();
    await used.waitFor({ timeout: 20_000 });
    const first = used.locator('[data-side="chosen"]');
    const kind = await used.getAttribute("data-kind");
    const index = Number(/#(\d+)/.exec(await first.innerText())![1]) - 1;
    const about = await used.innerText();
    const pair = pairs.find((one) => one.kind === kind && one.chosen === index && about.includes(one.verdict))!;
    const judged = verdicts.find(({ group }) => group === pair.group)!.rollouts.find((one) => one.index === index)!;
    for (const [name, passed] of [
      ["right", judged.accuracy],
      ["follows", judged.consistency],
      ["no repeats", judged.repetition],
    ] as const) {
      assert.equal(await first.locator(`[data-check="${name}"]`).getAttribute("data-passed"), String(passed), name);
    }
  });
  await claim("opens a pair's whole texts and reasons, and leads on to its rollout beside the frames", async () => {
    const open = page.locator('[data-panel="Preference pairs"] article').first();
    await open.getByRole("button").first().click();
    await open.getByText("option-word-rule says").first().waitFor({ timeout: 10_000 });
    await open.locator('[data-side="rejected"] > button').click();
    await page.waitForURL(/rollouts\?.*pair=/, { timeout: 10_000 });
    await page.waitForSelector("img[data-hash]", { timeout: 20_000 });
  });
}

async function claimQuadrant(page: Page, claim: Claim): Promise<void> {
  await claim(
    "counts the newest answers by whether they are right and follow, and lists those of a quarter",
    async () => {
      await page.evaluate(() => (location.hash = "#/runs/e2e-care"));
      const panel = page.locator('[data-panel="Right and consistent"]');
      await panel.scrollIntoViewIfNeeded({ timeout: 20_000 });
      const cells = panel.locator("[data-quadrant]");
      await cells.first().waitFor({ timeout: 20_000 });
      const counts = (await cells.allInnerTexts()).map((text) =>
        Number(/· (\d+)/.exec(text.replaceAll("\n", " "))![1]),
      );
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        24,
      );
      const fullest = counts.indexOf(Math.max(...counts));
      await cells.nth(fullest).click();
      const listed = await panel.locator("li button").count();
      assert.equal(listed, Math.min(12, counts[fullest]!));
      assert.match((await cells.allInnerTexts()).join(" "), /does not follow, wrong/);
    },
  );
}

async function claimLevels(page: Page, claim: Claim): Promise<void> {
  await claim("breaks held-out accuracy down by level", async () => {
    await page.evaluate(() => (location.hash = "#/runs/e2e-care"));
    const table = page.locator("[data-tasks]");
    await table.getByText("By task").click({ timeout: 20_000 });
    const rows = await table.locator("tbody th").allInnerTexts();
    for (const level of ["l1-", "l2-", "l3-"])
      assert.ok(
        rows.some((task) => task.startsWith(level)),
        `no row of ${level}`,
      );
  });
}
