/**
 * End to end: a question from a test sample is answered word by word, two checkpoints stand beside each other, frames are
 * measured, a test case is kept and measured as a benchmark, and a logged rollout is asked again and replayed.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { EventOf } from "../../contract/journal.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

interface Place {
  readonly page: Page;
  readonly claim: Claim;
  readonly data: string;
  /** A run with RL whose checkpoints were kept. */
  readonly run: string;
}

export async function claimPlayground({ page, claim, data, run }: Place): Promise<void> {
  await page.evaluate(() => (location.hash = "#/playground"));
  const form = page.getByRole("form", { name: "Ask a checkpoint" });
  const ask = form.getByRole("button", { name: "Ask" });
  await claim("answers a held-out question token by token in the playground", async () => {
    await form.getByLabel("Fill in a held-out question").selectOption({ index: 1 }, { timeout: 20_000 });
    await form.getByLabel("Temperature", { exact: true }).fill("0");
    await ask.click();
    await page.getByText(/tokens in [\d.]+ s, ended by itself/).waitFor({ timeout: 60_000 });
    const [first] = await page.locator("[data-i]").allInnerTexts();
    assert.ok(first !== undefined && first.length > 0, "no token is shown");
  });
  await claim("puts a second checkpoint's answer beside it and says where they differ", async () => {
    const options = await form.getByLabel("Beside it").locator("option").count();
    await form.getByLabel("Beside it").selectOption({ index: options - 1 });
    await ask.click();
    await page.getByRole("region", { name: "Where they differ" }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: /How likely does each/ }).click();
    const table = page.getByRole("region", { name: "Where they differ" }).getByRole("table");
    await table.waitFor({ timeout: 60_000 });
    const values = (await table.locator("tbody td").allInnerTexts()).map(Number);
    assert.equal(values.length, 4);
    assert.ok(
      values.every((value) => value <= 0),
      `log-probabilities ${values.join(" ")}`,
    );
  });
  await claim("draws what each frame gave the answer, and what sharing saved", async () => {
    const frames = page.getByRole("region", { name: "Which frames mattered" }).first();
    await frames.getByRole("button", { name: "Measure" }).click();
    await frames.getByText(/saved by sharing/).waitFor({ timeout: 60_000 });
    const gave = await frames
      .locator("[data-gave]")
      .evaluateAll((bars) => bars.map((bar) => Number((bar as HTMLElement).dataset["gave"])));
    assert.equal(gave.length, await frames.locator("img[data-hash]").count());
    assert.ok(
      gave.some((value) => value !== 0),
      "no frame changes anything",
    );
  });
  await claim("keeps the question as a test case, as a row of a benchmark of one's own", async () => {
    await page.getByRole("button", { name: "Save as test case" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Note").fill("kept by a test");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("list", { name: "Test cases" }).getByText("kept by a test").waitFor({ timeout: 20_000 });
    const rows = JSON.parse(readFileSync(join(data, "test-cases", "cases.json"), "utf8")) as { path: string }[];
    assert.equal(rows.length, 1);
    assert.ok(existsSync(join(data, "test-cases", rows[0]!.path)), "its clip was not copied");
  });
  await claim("measures a checkpoint on the test cases", async () => {
    await page.evaluate(() => (location.hash = "#/evals"));
    await page.getByRole("button", { name: "New evaluation" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("checkbox").nth(1).check({ timeout: 20_000 });
    await dialog.getByLabel("Benchmark").selectOption("test-cases");
    await dialog.getByRole("button", { name: "Start" }).click();
    await page.getByRole("columnheader", { name: /Test cases of your own/ }).waitFor({ timeout: 60_000 });
  });
  await claim("asks a file of the window's computer", async () => {
    const [row] = JSON.parse(readFileSync(join(data, "sample-pack", "heldout.json"), "utf8")) as { path: string }[];
    await page.evaluate(() => (location.hash = "#/playground"));
    await form.getByLabel("A file of this computer").setInputFiles(join(data, "sample-pack", row!.path));
    const path = form.getByLabel("Video or picture");
    await waitFor("the copy", async () => (await path.inputValue()).includes("uploads"), 20_000);
    await form.getByLabel("Question", { exact: true }).fill("what is the color ?");
    await ask.click();
    await page.getByText(/tokens in [\d.]+ s/).waitFor({ timeout: 60_000 });
  });
  await claimOfRollout(page, claim, data, run);
}

async function claimOfRollout(page: Page, claim: Claim, data: string, run: string): Promise<void> {
  const events = readJournal(join(data, "runs", run, "journal.0.ndjson"));
  const checkpoints = events.filter(({ type }) => type === "checkpoint") as unknown as EventOf<"checkpoint">[];
  const groups = events.filter(({ type }) => type === "group") as unknown as EventOf<"group">[];
  // The step after a checkpoint was sampled by it.
  const step = Math.min(...groups.map((group) => group.step));
  assert.ok(checkpoints.length > 0);
  const answer = page.locator('section[aria-label="ordered rollouts"] article').first();
  await claim("leads from a logged answer to the playground, and measures the frames of that answer", async () => {
    await page.evaluate((hash) => (location.hash = hash), `#/runs/${run}/rollouts?step=${step}`);
    await answer.waitFor({ timeout: 20_000 });
    await answer.click({ position: { x: 4, y: 4 } });
    await answer.getByRole("button", { name: "Which frames mattered" }).click();
    await page.waitForURL(/playground\?run=.*measure=frames/);
    await page.getByText(/tokens were computed in/).waitFor({ timeout: 60_000 });
    assert.ok((await page.locator("[data-gave]").count()) > 1, "no bar over the frames");
    assert.notEqual(await page.getByRole("textbox", { name: "Question", exact: true }).inputValue(), "");
  });
  await claim("replays a logged answer from its card: the cost first, then every token the same", async () => {
    await page.goBack();
    await answer.waitFor({ timeout: 20_000 });
    if (!(await answer.getByRole("button", { name: "Replay" }).isVisible()))
      await answer.click({ position: { x: 4, y: 4 } });
    await answer.getByRole("button", { name: "Replay" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/The policy that sampled it was (not )?saved/).waitFor({ timeout: 20_000 });
    await dialog.getByRole("button", { name: "Replay", exact: true }).click();
    await dialog.getByText(/Identical: all \d+ tokens/).waitFor({ timeout: 120_000 });
    await page.keyboard.press("Escape");
  });
}
