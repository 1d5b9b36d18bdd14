/** End to end: an evaluation is started from its screen, ends in the matrix, and leads to items and a paired comparison. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { EvaluationResult } from "../../contract/evaluation.ts";
import type { Claim } from "./rollouts.ts";

/** @param page connected to a service in whose data folder a run has kept its checkpoints. */
export async function checkEvaluations(page: Page, data: string, claim: Claim): Promise<void> {
  await page.evaluate(() => (location.hash = "#/evals"));
  await claim("shows at once what runs measured of themselves while they trained", async () => {
    const table = page.getByRole("region", { name: "Measured while training" });
    await table.getByText("After RL").first().waitFor({ timeout: 20_000 });
    assert.match(await table.innerText(), /Base model\s+0\s+[\d.]+ %/);
  });
  await claim("starts an evaluation of two models from the screen", async () => {
    await page.getByText("No checkpoint was measured on a benchmark yet").waitFor({ timeout: 20_000 });
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
  await claim("exports the matrix as LaTeX", async () => {
    await page.evaluate(() => (location.hash = "#/evals"));
    const [saved] = await Promise.all([
      page.waitForEvent("download", { timeout: 20_000 }),
      page.getByRole("button", { name: "LaTeX" }).click(),
    ]);
    assert.equal(saved.suggestedFilename(), "evaluations.tex");
    assert.match(readFileSync(await saved.path(), "utf8"), /\\begin\{tabular\}/);
    await page.goBack();
    await page.getByLabel("Compare with").waitFor({ timeout: 20_000 });
  });
  await claim("compares the two models question by question, protocols first", async () => {
    await page.getByLabel("Compare with").selectOption({ index: 1 });
    await page.waitForURL(/against=/);
    await page.getByText("questions that both answered").waitFor({ timeout: 20_000 });
    assert.match(await page.locator("main").innerText(), /Both were measured by the same protocol|differs/);
  });
  await claim("imports somebody else's result file and leaves out what it does not hold", async () => {
    const row = { problem_id: 1, problem: "which way ?", data_type: "video", problem_type: "multiple choice" };
    const answered = { ...row, options: ["A. left", "B. right"], solution: "<answer>A</answer>", path: "./a.mp4" };
    const results = [
      { ...answered, output: "<think>left</think><answer>A</answer>", prediction: "A", reward: 1, correct: true },
      { ...answered, problem_id: 2, output: "<answer>B</answer>", prediction: "B", reward: 1, correct: true },
    ];
    const file = join(data, "theirs.json");
    writeFileSync(file, JSON.stringify({ results, final_acc: [{ mean_acc: 1, mean_mra: 0 }] }));
    await page.evaluate(() => (location.hash = "#/evals"));
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Result file").fill(join(data, "nowhere.json"));
    await dialog.getByLabel("Name of their model").fill("Theirs-7B");
    await dialog.getByLabel("Benchmark").selectOption("mvbench");
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByRole("alert").getByText("nowhere.json cannot be read").waitFor({ timeout: 20_000 });
    await dialog.getByLabel("Result file").fill(file);
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByText("2 rows were read; 1 of their stored rewards").waitFor({ timeout: 20_000 });
    await dialog.getByRole("button", { name: "Open it" }).click();
    await page.getByRole("row").nth(1).click();
    const item = page.getByRole("complementary");
    await item.getByText("read as").waitFor({ timeout: 20_000 });
    assert.equal(await item.getByText("log-probability").count(), 0, "an imported item shows a log-probability");
    assert.match(await item.innerText(), /theirs\.json/);
  });
}
