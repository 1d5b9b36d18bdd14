/** The list of runs: name, tags, note, filter, order, columns, archive, and from marked runs to Compare. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** @param page shows a service with at least three runs, two of them the demo's. */
export async function checkRuns(page: Page, claim: Claim): Promise<void> {
  const table = page.getByRole("grid", { name: "Runs" });
  const rows = table.getByRole("row").filter({ has: page.getByRole("gridcell") });
  const bar = page.getByRole("group", { name: "Marked runs" });
  const filter = page.getByLabel("Filter runs");
  const names = async (): Promise<string[]> =>
    rows.evaluateAll((all) =>
      all.map((row) => row.querySelector('[aria-label^="Mark "]')!.getAttribute("aria-label")!),
    );
  const shown = async (count: number): Promise<void> => {
    await waitFor(`${count} rows`, async () => (await rows.count()) === count, 10_000);
  };

  await claim("renames and tags a run, and finds it by what was written on it", async () => {
    await page.evaluate(() => (location.hash = "#/runs"));
    await table.waitFor({ timeout: 20_000 });
    const all = await rows.count();
    assert.ok(all >= 3, `only ${all} runs`);
    await rows.last().getByRole("checkbox").check();
    await bar.getByRole("button", { name: "Name, tags, note" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("My best run");
    await dialog.getByLabel("Tags").fill("paper, seed study");
    await dialog.getByLabel("Note").fill("looks twice at the ball");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await bar.getByRole("button", { name: "None" }).click();
    await filter.fill("twice ball");
    await shown(1);
    assert.match(await rows.first().innerText(), /My best run/);
    await filter.fill("nothing is called this");
    await page.getByText("No run is like that.").waitFor();
    await page.getByRole("button", { name: "Show all runs" }).click();
    await shown(all);
    await page.getByRole("button", { name: /^seed study/ }).click();
    await shown(1);
    await page.getByRole("button", { name: "Clear" }).click();
    await shown(all);
  });
  await claim("orders by any column, either way", async () => {
    const heading = table.getByRole("columnheader", { name: "Run", exact: true });
    await heading.getByRole("button").click();
    await waitFor("an order", async () => (await heading.getAttribute("aria-sort")) === "descending", 5_000);
    await page.waitForTimeout(300);
    const down = await names();
    await heading.getByRole("button").click();
    await waitFor("the other order", async () => (await names())[0] === down.at(-1), 10_000);
    const text = (await names()).map((name) => name.toLowerCase());
    assert.deepEqual(text, [...text].sort(), "not in the order of names");
  });
  await claim("shows the columns that are chosen, and remembers them", async () => {
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: "Entropy", exact: true }).check();
    await page.keyboard.press("Escape");
    await table.getByRole("columnheader", { name: "Entropy" }).waitFor();
    await page.reload();
    await table.getByRole("columnheader", { name: "Entropy" }).waitFor({ timeout: 20_000 });
  });
  await claim("shows any setting as a column, and filters by comparing", async () => {
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByLabel("Find a metric or a setting").fill("groupSize");
    await page
      .getByRole("checkbox", { name: /groupSize/ })
      .first()
      .check();
    await page.keyboard.press("Escape");
    await table
      .getByRole("columnheader", { name: /groupSize/ })
      .first()
      .waitFor();
    const all = await rows.count();
    await filter.fill("step>0 -name:demo");
    await waitFor("fewer rows", async () => (await rows.count()) < all, 10_000);
    for (const name of await names()) assert.doesNotMatch(name, /Demo/);
    await filter.fill("");
    await shown(all);
  });
  await claim("groups runs by configuration, with a spread, and keeps that as a view with a link", async () => {
    const all = await rows.count();
    await page.getByRole("button", { name: "Group by" }).click();
    await page.getByRole("button", { name: /^Configuration/ }).click();
    await page.waitForURL(/group=seedless/);
    const groups = rows.filter({ hasText: /\d runs? · seeds? / });
    await waitFor(
      "groups",
      async () => (await groups.count()) > 0 && (await groups.count()) === (await rows.count()),
      10_000,
    );
    const folded = await rows.count();
    await groups.first().click();
    await waitFor("the group's runs", async () => (await rows.count()) > folded, 10_000);
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByLabel("Name of the view").fill("By seed");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForURL(/#\/runs\?view=[0-9a-f]+$/);
    const link = page.url().slice(page.url().indexOf("#"));
    await page.getByRole("button", { name: "View By seed" }).click();
    await page.getByRole("button", { name: "All runs" }).click();
    await shown(all);
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Find an action or a run").fill("By seed");
    await page.getByRole("option", { name: /View: By seed/ }).click();
    await groups.first().waitFor();
    assert.ok(page.url().endsWith(link), page.url());
    await page.evaluate(() => (location.hash = "#/runs"));
    await shown(all);
  });
  await claim("puts a run away and takes it out of the archive", async () => {
    const all = await rows.count();
    const mine = rows.filter({ hasText: "My best run" });
    await mine.getByRole("checkbox").check();
    await bar.getByRole("button", { name: "Archive", exact: true }).click();
    await shown(all - 1);
    await page.getByRole("button", { name: /^archived/ }).click();
    await shown(1);
    await mine.getByRole("checkbox").check();
    await bar.getByRole("button", { name: "Out of the archive" }).click();
    await page.getByRole("button", { name: "Show all runs" }).click();
    await shown(all);
  });
  await claim(
    "leads from marked runs to Compare: differences first, then curves, then answers to the same prompts",
    async () => {
      const demo = rows.filter({ hasText: /My best run|Demo|SFT/ });
      await demo.nth(0).getByRole("checkbox").check();
      await demo.nth(1).getByRole("checkbox").check();
      await bar.getByRole("button", { name: "Compare" }).click();
      await page.waitForURL(/#\/compare\?run=.*&run=/);
      await page.locator('[data-table="configuration"]').waitFor({ timeout: 20_000 });
      const order = await page
        .locator("main section[aria-label]")
        .evaluateAll((all) => all.map((one) => one.ariaLabel));
      assert.equal(order[0], "Configuration");
      const prompts = page.getByRole("region", { name: "The same prompts" });
      assert.ok(order.includes("The same prompts"));
      await prompts.scrollIntoViewIfNeeded();
      await prompts
        .getByText(/right:/)
        .or(prompts.getByText("have met no prompt in common"))
        .first()
        .waitFor({ timeout: 20_000 });
      await page.getByRole("button", { name: "make baseline" }).click();
      await page.waitForTimeout(200);
      await page.goBack();
      await page.waitForURL(/#\/runs(\?|$)/);
    },
  );
}
