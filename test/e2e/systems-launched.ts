/**
 * Each system from its page in Recipes to what is special about it: the page explains, the form is made of the recipe's
 * schema, the run trains two updates and completes, and its own view shows it. VideoHallu's is shown for an evaluation too.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { setByName } from "../../trainer/samplepack/sets/index.ts";
import { makeSet } from "../../trainer/samplepack/sets/set.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** Two updates from the base model, of which nothing is measured. */
const TWO_UPDATES = {
  "sft.steps": "0",
  "rl.steps": "2",
  "rl.promptsPerStep": "2",
  "rl.groupSize": "4",
  "rl.warmupSteps": "0",
  "rl.learningRate": "0.00001",
  "sampling.maxTokens": "32",
  "evaluation.every": "0",
  "checkpoint.every": "0",
} as const;

interface Launched {
  readonly recipe: string;
  /** Of its own fields, beside {@link TWO_UPDATES}. */
  readonly own: Readonly<Record<string, string>>;
  /** Under the data folder. */
  readonly rows: string;
  /** What only this system shows of its run. */
  view(page: Page, run: string): Promise<void>;
}

const SYSTEMS: readonly Launched[] = [
  {
    recipe: "tw-grpo",
    own: { "tw.alpha": "1.5" },
    rows: "sample-pack",
    view: async (page, run) => {
      await go(page, `#/runs/${run}/rollouts?step=2`);
      const weight = page.getByRole("radio", { name: "Weight", exact: true });
      await weight.waitFor({ timeout: 20_000 });
      assert.ok(await weight.isEnabled(), "token weights are no channel of the rollouts");
    },
  },
  {
    recipe: "deepvideo-r1",
    own: { "rl.innerUpdates": "4", "reg.sigmaFloor": "0.5" },
    rows: "sample-pack",
    view: async (page, run) => {
      await go(page, `#/runs/${run}/rollouts?step=2`);
      await page.getByRole("region", { name: "Difficulty" }).waitFor({ timeout: 20_000 });
    },
  },
  {
    recipe: "veripo",
    own: {
      "veripo.rounds": "1",
      "rl.promptsPerStep": "8",
      "dpo.steps": "2",
      "dpo.batchSize": "2",
      "rl.groupSize": "6",
      "sampling.maxTokens": "48",
    },
    rows: "sample-pack",
    view: async (page, run) => {
      await go(page, `#/runs/${run}`);
      const pairs = page.locator('[data-panel="Preference pairs"]');
      await pairs.scrollIntoViewIfNeeded({ timeout: 20_000 });
      await pairs.locator("article").first().waitFor({ timeout: 20_000 });
    },
  },
  {
    recipe: "grpo-care",
    own: { "care.referenceEvery": "1" },
    rows: "sample-pack",
    view: async (page, run) => {
      await go(page, `#/runs/${run}`);
      const quadrant = page.locator('[data-panel="Right and consistent"]');
      await quadrant.scrollIntoViewIfNeeded({ timeout: 20_000 });
      await quadrant.locator("[data-quadrant]").first().waitFor({ timeout: 20_000 });
    },
  },
  {
    recipe: "videohallu",
    own: { "rl.promptsPerStep": "8" },
    rows: join("sets", "impossible"),
    view: async (page, run) => {
      await go(page, `#/runs/${run}`);
      const board = page.locator('[data-panel="Hallucination board"]');
      await board.scrollIntoViewIfNeeded({ timeout: 20_000 });
      await board.locator('[data-contradicts="true"]').first().waitFor({ timeout: 20_000 });
    },
  },
];

const go = (page: Page, hash: string): Promise<string> => page.evaluate((to) => (location.hash = to), hash);

interface Place {
  readonly page: Page;
  readonly claim: Claim;
  /** Holds a sample pack. */
  readonly data: string;
}

export async function claimLaunchedSystems({ page, claim, data }: Place): Promise<void> {
  const impossible = join(data, "sets", "impossible");
  if (!existsSync(impossible)) await makeSet(impossible, setByName("impossible"), true, () => undefined);
  for (const system of SYSTEMS) {
    const { title } = recipeById(system.recipe);
    await claim(`leads from ${title}'s page to a run of it, and shows what is special about it`, async () => {
      await explain(page, system.recipe);
      const run = await launch(page, data, system);
      await system.view(page, run);
    });
  }
  await claim("says at the setting what a judge lacks, and offers the checkpoints that are here", () =>
    refuseJudge(page),
  );
  await claim("shows the hallucination board for an evaluation whose rows say of violations", () => evaluate(page));
}

/** The page of a recipe: words, typeset formulas, figures, verdicts; then on to the form. */
async function explain(page: Page, recipe: string): Promise<void> {
  const { title, method } = recipeById(recipe);
  await go(page, "#/recipes");
  await page.getByRole("link", { name: new RegExp(`^${title} `) }).click({ timeout: 20_000 });
  const how = page.getByRole("region", { name: "How it works" });
  await how.waitFor({ timeout: 20_000 });
  assert.equal(await how.locator("math").count(), method!.formulas.length);
  assert.equal(await how.locator("figure").count(), method!.figures.length);
  const measured = page.getByRole("region", { name: "What was measured here" });
  await measured.locator("[data-verdict]").first().waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "New run" }).click();
  await page.waitForURL(/#\/launch/);
  const chosen = page.getByRole("radio", { name: new RegExp(`^${title} `) });
  await chosen.waitFor({ timeout: 20_000 });
  assert.ok(await chosen.isChecked(), `the form is not ${title}'s`);
}

/** Fills the form and starts; the id of the run once it has completed. */
async function launch(page: Page, data: string, { recipe, own, rows }: Launched): Promise<string> {
  await page.getByRole("radio", { name: /^All \d+$/ }).click();
  const folder = join(data, rows);
  await page.getByRole("radio", { name: "Files" }).click();
  await page.getByRole("textbox", { name: "Media folder" }).fill(folder);
  await page.getByRole("textbox", { name: "Training" }).fill(join(folder, "train.json"));
  for (const [name, value] of Object.entries({ ...TWO_UPDATES, ...own }))
    await page.locator(`[id="setting-${name}"]`).fill(value);
  await page.getByRole("textbox", { name: "Name" }).fill(`launched ${recipe}`);
  const start = page.getByRole("button", { name: "Start", exact: true });
  await waitFor("Start to open", () => start.isEnabled(), 20_000);
  await start.click();
  await page.waitForURL(/#\/runs\/[^/]+$/, { timeout: 20_000 });
  const run = /#\/runs\/([^/?]+)/.exec(page.url())![1]!;
  const path = join(data, "runs", run);
  const config = JSON.parse(readFileSync(join(path, RUN_FOLDER.config), "utf8")) as RunConfigFile;
  assert.equal(config.recipe, recipe);
  for (const [name, value] of Object.entries(own)) assert.equal(String(config.overrides[name]), value, name);
  await page
    .locator("main")
    .getByText("Completed", { exact: true })
    .first()
    .waitFor({ timeout: 120_000 })
    .catch(() => {
      throw new Error(`${recipe} did not complete: ${readFileSync(join(path, "worker.log"), "utf8").slice(-2000)}`);
    });
  const steps = readJournal(join(path, RUN_FOLDER.journal(0))).filter(({ type }) => type === "step");
  assert.ok(steps.length >= 2, `${steps.length} updates`);
  return run;
}

async function refuseJudge(page: Page): Promise<void> {
  await go(page, "#/launch?recipe=veripo&preset=tiny");
  await page.getByRole("radio", { name: /^All \d+$/ }).click();
  const judge = page.locator('[id="setting-veripo.judge"]');
  await judge.waitFor({ timeout: 20_000 });
  assert.equal(await page.locator('[id="setting-veripo.judgeModel"]').count(), 0, "a rule has no model");
  await judge.selectOption("checkpoint-asked");
  await page.getByRole("alert").getByText("The judge is a checkpoint").waitFor({ timeout: 10_000 });
  const offered = page.locator('[id="offered-setting-veripo.judgeAt"] option');
  await waitFor("checkpoints to be offered", async () => (await offered.count()) > 0, 10_000);
  await judge.selectOption("endpoint");
  await page.locator('[id="setting-veripo.judgeAt"]').fill("localhost:8000");
  await page.getByRole("alert").getByText("http://HOST:PORT/v1").waitFor({ timeout: 10_000 });
  await page.locator('[id="setting-veripo.judgeAt"]').fill("http://localhost:8000/v1");
  await page.locator('[id="setting-veripo.judgeModel"]').fill("judge");
  await page.getByRole("alert").waitFor({ state: "detached", timeout: 10_000 });
}

async function evaluate(page: Page): Promise<void> {
  await go(page, "#/evals");
  await page.getByRole("button", { name: "New evaluation" }).first().click({ timeout: 20_000 });
  const dialog = page.getByRole("dialog");
  await dialog.locator("select").first().selectOption("impossible-heldout");
  await dialog.getByLabel("Judge of free answers").waitFor();
  await dialog.getByRole("checkbox", { name: "base model" }).check();
  await dialog.getByRole("button", { name: "Start" }).click();
  await dialog.waitFor({ state: "detached", timeout: 20_000 });
  const score = page.locator('a[href*="impossible-heldout"]').first();
  await score.click({ timeout: 120_000 });
  await page.getByRole("radio", { name: "Hallucination board" }).click({ timeout: 20_000 });
  const board = page.locator('[data-panel="Hallucination board"]');
  await board.getByRole("table").getByText("gravity").waitFor({ timeout: 20_000 });
  await board.locator('[data-contradicts="true"]').first().waitFor({ timeout: 20_000 });
  await board.getByRole("list", { name: "Probes, wrong answers first" }).getByRole("button").first().click();
  await page.getByRole("complementary", { name: /^Item \d+/ }).waitFor({ timeout: 20_000 });
}
