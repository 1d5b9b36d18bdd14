/** The Launch and Recipes screens: from a recipe to a form made of its schema, its checks, a dry run, the queue and a run. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { RunConfigFile } from "../../contract/run-folder.ts";
import { videoR1 } from "../../science/recipes/video-r1.ts";
import { waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** So small that an update takes a fraction of a second, so long that it does not end by itself. */
const SHORT_UPDATES = {
  "sft.steps": "2",
  "sft.batchSize": "2",
  "rl.steps": "4000",
  "rl.promptsPerStep": "1",
  "rl.shuffledGroupSize": "2",
  "sampling.maxTokens": "16",
  "evaluation.every": "0",
  "evaluation.items": "4",
  "checkpoint.every": "0",
} as const;

/** @param page shows a service in whose data folder a demo has ended. @returns the id of a run that trains. */
export async function checkLaunch(page: Page, data: string, claim: Claim): Promise<string> {
  const runs = (): string[] => readdirSync(join(data, "runs")).filter((name) => !name.startsWith("."));
  const main = page.locator("main");
  const start = page.getByRole("button", { name: "Start", exact: true });

  await claim("leads from a recipe's page, with what it changes and all its settings, to its launch form", async () => {
    await page.evaluate(() => (location.hash = "#/recipes"));
    await page.getByRole("link", { name: /^Video-R1/ }).click();
    await page.getByText(videoR1.claim.text).waitFor();
    await page.getByLabel("Filter settings").fill("temporal.alpha");
    await page.getByRole("cell", { name: "temporal.alpha" }).waitFor();
    assert.equal(await page.getByRole("cell", { name: "rl.groupSize" }).count(), 0);
    await page.getByRole("button", { name: "New run" }).click();
    await page.waitForURL(/#\/launch$/);
    await page.getByRole("radio", { name: /^Video-R1/ }).waitFor();
    assert.ok(await page.getByRole("radio", { name: /^Video-R1/ }).isChecked());
  });
  await claim(
    "makes every field of the form from the recipe's schema, with explanation and the paper's value",
    async () => {
      await page.getByRole("radio", { name: /^All \d+$/ }).click();
      const fields = Object.entries(videoR1.fields);
      await page.locator(`[id="setting-${fields[0]![0]}"]`).waitFor();
      assert.equal(await page.locator('[id^="setting-"]:not([id$="-why"])').count(), fields.length);
      const row = page.locator("div", { has: page.locator('[id="setting-rl.groupSize"]') }).last();
      await row.waitFor();
      const groupSize = videoR1.fields["rl.groupSize"]!;
      await page.getByText(groupSize.explanation).waitFor();
      assert.match(await main.innerText(), new RegExp(`paper ${String(groupSize.paper)}\\s+default`));
    },
  );
  await claim(
    "checks while typing: a value out of range, and frames that the context cannot hold, keep Start shut",
    async () => {
      const groupSize = page.locator('[id="setting-rl.groupSize"]');
      await groupSize.fill("1");
      await page.getByText("A whole number from 2 to 256.").first().waitFor();
      assert.ok(await start.isDisabled());
      await groupSize.fill("4");
      await page.getByText("A whole number from 2 to 256.").first().waitFor({ state: "detached" });
      const longest = page.locator('[id="setting-sampling.maxTokens"]');
      await longest.fill("100000");
      await page
        .getByText(/context/)
        .locator("visible=true")
        .first()
        .waitFor();
      await waitFor("Start to shut", () => start.isDisabled(), 5_000);
      await longest.fill(SHORT_UPDATES["sampling.maxTokens"]);
      for (const [name, value] of Object.entries(SHORT_UPDATES))
        await page.locator(`[id="setting-${name}"]`).fill(value);
      await page.getByRole("textbox", { name: "Name" }).fill("clicked");
      await waitFor("Start to open", () => start.isEnabled(), 20_000);
    },
  );
  await claim("takes files by their paths, and says of a wrong one what is wrong", async () => {
    await page.getByRole("radio", { name: "Files" }).click();
    await page.getByLabel("Media folder").fill(join(data, "sample-pack"));
    await page.getByLabel("Training").fill(join(data, "nowhere.json"));
    await page.getByText(/Training: .*nowhere/).waitFor({ timeout: 10_000 });
    assert.ok(await start.isDisabled());
    await page.getByLabel("Training").fill(join(data, "sample-pack", "train.json"));
    await page.getByText(/Training: [\d,]+ rows/).waitFor({ timeout: 10_000 });
    // These rows have no traces for the cold start.
    await page
      .getByText(/no row of .* has one/)
      .locator("visible=true")
      .first()
      .waitFor({ timeout: 10_000 });
    assert.ok(await start.isDisabled());
    // Without held-out questions nothing is measured, and the run starts at once.
    await page.getByRole("textbox", { name: "Cold start" }).fill(join(data, "sample-pack", "sft.json"));
    await waitFor("Start to open", () => start.isEnabled(), 20_000);
  });
  await claim("says size, memory and time beforehand, how far it is from the paper, and the same command", async () => {
    const summary = page.getByRole("complementary", { name: "What this run will be" });
    await summary.getByText(/about .*B at most/).waitFor({ timeout: 20_000 });
    await page.getByLabel("Processes").selectOption("2");
    await summary.getByText(/in each of 2 processes, .*B in all/).waitFor({ timeout: 20_000 });
    await page.getByLabel("Processes").selectOption("1");
    await summary
      .getByText(/a step, (as in|scaled from)/)
      .first()
      .waitFor({ timeout: 20_000 });
    const difference = summary.getByRole("row").filter({ hasText: "rl.groupSize" });
    if ((await difference.count()) === 0) await summary.getByRole("button", { name: /^All \d+$/ }).click();
    assert.match((await difference.innerText()).replace(/\s+/g, " "), /rl\.groupSize 4 8/);
    const command = (await summary.locator("code").last().innerText()).replace(/\s+/g, " ");
    assert.match(command, /^secondlook train video-r1 /);
    for (const [name, value] of Object.entries(SHORT_UPDATES)) {
      const isPreset = String(videoR1.presets["tiny"]!.values[name] ?? videoR1.fields[name]!.default) === value;
      assert.equal(command.includes(`${name}=${value}`), !isPreset, `${name}=${value} in: ${command}`);
    }
  });
  await claim("tries two updates of each stage in a dry run, of which nothing stays", async () => {
    const before = runs().length;
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByText("It works: every stage made its updates.").waitFor({ timeout: 90_000 });
    assert.equal(
      await page
        .getByRole("row")
        .filter({ hasText: /^(SFT|RL|Cold start|T-GRPO).*\d/ })
        .count(),
      4,
    );
    await page.getByRole("button", { name: "Close, and remove the dry run" }).click();
    await waitFor("the dry run's folder to go", () => runs().length === before, 20_000);
  });
  let run = "";
  await claim("starts the run of the form, with exactly its settings", async () => {
    const before = new Set(runs());
    await start.click();
    await page.waitForURL(/#\/runs\/[^/]+$/, { timeout: 20_000 });
    run = /#\/runs\/([^/?]+)/.exec(page.url())![1]!;
    assert.ok(!before.has(run));
    const config = JSON.parse(readFileSync(join(data, "runs", run, "run.json"), "utf8")) as RunConfigFile;
    assert.equal(config.name, "clicked");
    assert.equal(config.overrides["rl.groupSize"], 4);
    for (const [name, value] of Object.entries(SHORT_UPDATES)) {
      if (name in config.overrides) assert.equal(config.overrides[name], Number(value), name);
    }
  });
  await claim("queues a run behind one that trains, says what it waits for, and takes it out again", async () => {
    await page.evaluate(() => (location.hash = "#/launch"));
    // The form is as it was left: what was typed is not lost by looking at a run.
    const name = page.getByRole("textbox", { name: "Name" });
    await name.waitFor();
    assert.equal(await name.inputValue(), "clicked");
    await name.fill("waits");
    await page.getByRole("button", { name: "Queue", exact: true }).click();
    const waiting = page.getByRole("region", { name: "Queue" }).getByRole("listitem").filter({ hasText: "waits" });
    await waiting.getByText("Starts when “clicked” has ended.").waitFor({ timeout: 20_000 });
    const queued = /#\/runs\/([^/?]+)/.exec((await waiting.getByRole("link").getAttribute("href"))!)![1]!;
    assert.ok(existsSync(join(data, "runs", queued, "run.json")));
    await waiting.getByRole("button", { name: "Take it out of the queue" }).click();
    await waiting.waitFor({ state: "detached" });
    assert.ok(!existsSync(join(data, "runs", queued)));
  });
  return run;
}
