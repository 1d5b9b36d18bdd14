/** End to end: an evaluation is started from its screen, ends in the matrix, and leads to items and a paired comparison. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { EvaluationResult } from "../../contract/evaluation.ts";
import type { Claim } from "./rollouts.ts";

/** @param page connected to a service in whose data folder a run has kept its checkpoints. */
export async function checkEvaluations(page: Page, data: string, claim: Claim): Promise<void> {
  await page.evaluate(() => (location.hash = "#/evals"));
  await claim("starts an evaluation of two models from the screen", async () => {
    await page.getByText("Nothing was measured yet").waitFor({ timeout: 20_000 });
    await page.getByRole("button", { name: "New evaluation" }).first().click();
    const dialog = page.getByRole("dialog");
    const models = dialog.getByRole("checkbox");
    await models.first().waitFor({ timeout: 20_000 });
    await models.nth(0).check();
    await models.nth(1).check();
    await dialog.getByLabel("Part of the items").fill("6");
    assert.match(await dialog.locator("code").last().innerText(), /^secondlook eval --model .* --limit 6$/);
    await dialog.getByRole("button", { name: "Start" }).click();
    await dialog.waitFor({ state: "detached", timeout: 20_000 });
  });
  await claim("shows both scores in the matrix as the result file has them", async () => {
    const cells = page.locator("table tbody td a");
    await cells.nth(1).waitFor({ timeout: 120_000 });
    const [id] = readdirSync(join(data, "evaluations"));
    const result = JSON.parse(readFileSync(join(data, "evaluations", id!, "result.json"), "utf8")) as EvaluationResult;
    const shown = await cells.locator("strong").allInnerTexts();
    const wanted = result.models.map(
      ({ views }) => `${(100 * views["ordered"]!.metrics["score"]!.value).toFixed(1)} %`,
    );
    assert.deepEqual(shown.sort(), wanted.sort());
  });
  await claim("opens an item with its clip, frames and how the answer was read", async () => {
    await page.locator("table tbody td a").first().click();
    await page.waitForURL(/#\/evals\/[^?]+/);
    await page.getByRole("row").nth(1).click();
    const item = page.getByRole("complementary");
    await item.getByText("read as").waitFor({ timeout: 20_000 });
    assert.ok((await item.locator("img[data-hash]").count()) >= 1, "no frame is shown");
  });
  await claim("compares the two models question by question, protocols first", async () => {
    await page.getByLabel("Compare with").selectOption({ index: 1 });
    await page.waitForURL(/against=/);
    await page.getByText("questions that both answered").waitFor({ timeout: 20_000 });
    assert.match(await page.locator("main").innerText(), /Both were measured by the same protocol|differs/);
  });
}
