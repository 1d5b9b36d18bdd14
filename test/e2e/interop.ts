/** A run of another tool comes in through the window and goes out again for another one. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { readRecords } from "../../workbench/interop/tf-records.ts";
import type { Claim } from "./rollouts.ts";

/** @param page shows a service. */
export async function claimInterop(page: Page, claim: Claim): Promise<void> {
  await claim(
    "opens TensorBoard's event file as a run, with its reward first, and says where it comes from",
    async () => {
      await page.evaluate(() => (location.hash = "#/runs"));
      await page.getByRole("button", { name: "Import", exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Folder or file").fill(resolve("test/fixtures/interop/nowhere"));
      await dialog.getByRole("button", { name: "Import" }).click();
      await dialog.getByText("is not there: correct the path.").waitFor({ timeout: 20_000 });
      await dialog.getByLabel("Folder or file").fill(resolve("test/fixtures/interop/events.out.tfevents.torch-2.13"));
      await dialog.getByLabel("Name").fill("from torch");
      await dialog.getByRole("button", { name: "Import" }).click();
      await page.waitForURL(/#\/runs\/[^/]+-imported-[^/]+$/, { timeout: 20_000 });
      await page.getByText("Imported from TensorBoard: 1 file").waitFor({ timeout: 20_000 });
      await page.locator('[data-panel="Reward"] .recharts-surface').first().waitFor();
    },
  );
  await claim("writes a run as an event file that can be read, every value of it", async () => {
    await page.getByRole("button", { name: "Export for another tool" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
    await page.getByText("61 values of 20 steps were written to").waitFor({ timeout: 20_000 });
    const folder = await page.getByRole("dialog").locator("code").innerText();
    const records = [...readRecords(resolve(folder, readdirSync(folder)[0]!))];
    assert.equal(records.length, 21);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  });
}
