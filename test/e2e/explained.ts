/** What helps somebody who meets the method for the first time, and somebody who looks for one answer among hundreds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import type { EventOf } from "../../contract/journal.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** @param run has trained with T-GRPO; `journal` is its own. */
export async function claimExplained(page: Page, claim: Claim, run: string, journal: string): Promise<void> {
  const events = readJournal(journal);
  const started = events.find(({ type }) => type === "run_started") as unknown as EventOf<"run_started">;
  const settings = started.config["settings"] as Record<string, number>;
  const how = page.getByRole("region", { name: "How it learns" });

  await claim("tells one update in the run's own numbers, and leads from a step to its curve", async () => {
    await page.evaluate((id) => (location.hash = `#/runs/${id}`), run);
    await how.waitFor({ timeout: 20_000 });
    const words = await how.innerText();
    assert.match(words, new RegExp(`${settings["rl.promptsPerStep"]} questions?`));
    assert.match(words, new RegExp(`${settings["rl.groupSize"]} answers to each`));
    assert.match(words, new RegExp(`${settings["rl.shuffledGroupSize"]} more to the same frames shuffled`));
    await how.getByRole("button", { name: "Dead groups" }).click();
    const panel = page.locator('[data-panel="Dead groups"]');
    await waitFor(
      "its curve in sight",
      () =>
        panel.evaluate(
          (node) => node.getBoundingClientRect().bottom > 0 && node.getBoundingClientRect().top < innerHeight,
        ),
      5_000,
    );
    await how.getByRole("radio", { name: "Cold start" }).click();
    await how.getByText("worked examples").waitFor();
  });

  await claim("hides its explanations where they are not wanted, for good, and brings them back", async () => {
    await page.keyboard.press("e");
    await how.waitFor({ state: "detached", timeout: 5_000 });
    await page.reload();
    await page.getByRole("button", { name: "How it learns" }).click({ timeout: 20_000 });
    await how.waitFor({ timeout: 5_000 });
  });

  await claim("enlarges a curve and saves the points that it draws", async () => {
    await page.getByRole("button", { name: "Enlarge Reward" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator(".recharts-surface").first().waitFor({ timeout: 20_000 });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    const rows = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\n");
    assert.match(rows[0]!, /^step,time,reward,reward min,reward max/);
    const steps = events.filter(({ type, metrics }) => type === "step" && "reward" in (metrics as object));
    assert.equal(rows.length - 1, steps.length, "a row a step, since there are fewer steps than points");
    const last = steps.at(-1) as unknown as EventOf<"step">;
    assert.ok(rows.at(-1)!.startsWith(`${last.step},`), rows.at(-1));
    assert.equal(Number(rows.at(-1)!.split(",")[2]), last.metrics["reward"]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  await claim("finds prompts by words of their answers, and shows how an answer differs from another", async () => {
    const groups = events.filter(({ type }) => type === "group") as unknown as EventOf<"group">[];
    const { step } = groups.at(-1)!;
    const own = groups.filter((group) => group.step === step && group.view === "ordered");
    await page.evaluate(([id, at]) => (location.hash = `#/runs/${id}/rollouts?step=${at}`), [run, step] as const);
    const prompts = page.getByRole("complementary", { name: "Prompts of this step" }).locator("li");
    await waitFor("all prompts", async () => (await prompts.count()) === own.length, 20_000);
    await page.keyboard.press("/");
    await page.keyboard.type(own[0]!.sampleId);
    const expected = own.filter(({ sampleId }) => sampleId.includes(own[0]!.sampleId)).length;
    await waitFor("the prompts that hold it", async () => (await prompts.count()) === expected, 5_000);
    await page.keyboard.press("Escape");
    await page.locator("[data-rollout] header").first().click();
    const card = page.locator('[data-rollout][data-selected="true"]');
    await card.locator("canvas").waitFor({ timeout: 20_000 });
    const beyond = await card.evaluate((node) => node.scrollWidth - node.clientWidth);
    assert.ok(beyond <= 0, `the open answer reaches ${beyond} pixels beyond its card`);
    await page.keyboard.press("d");
    await page
      .getByRole("region", { name: "Differences" })
      .getByText(/Against #\d+, the (best|least) of its group/)
      .waitFor();
  });
}
