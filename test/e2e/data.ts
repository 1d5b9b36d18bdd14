/** The Data screen on the demo's own files: import with a preview, report, rows by filter and grid, one row with its runs. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { readJournal } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** `page` shows a service of this data folder, in which a demo has ended. Returns the dataset's id. */
export async function checkData(page: Page, data: string, claim: Claim): Promise<string> {
  let dataset = "";
  const pack = join(data, "sample-pack");
  await claim("offers the sample pack, and says before an import what is wrong with a file", async () => {
    const prose = join(data, "prose.json");
    writeFileSync(prose, "no rows here\n");
    await page.evaluate(() => (location.hash = "#/data"));
    await page.getByRole("button", { name: "Look at the sample pack" }).waitFor({ timeout: 20_000 });
    await page.getByRole("button", { name: "Import" }).first().click();
    await page.getByLabel("File").fill(prose);
    await page.getByText("neither a JSON list of rows").waitFor();
    assert.ok(await page.getByRole("dialog").getByRole("button", { name: "Import" }).isDisabled());
  });
  await claim(
    "previews the sample pack, finds its media, imports it, decodes some of it and stops when told",
    async () => {
      await page.getByLabel("File").fill(join(pack, "train.json"));
      await waitUntil(page, async () => (await page.getByLabel("Media root").inputValue()) === pack);
      await page.getByLabel("Name").fill("pack");
      await page.getByRole("dialog").getByRole("button", { name: "Import" }).click();
      await page.getByRole("row").filter({ hasText: "pack" }).click({ timeout: 60_000 });
      // A hundred clips take a while on a busy machine: some are enough.
      await page.getByText(/decoding media · [1-9]|files were decoded whole/).waitFor({ timeout: 120_000 });
      // At once, where it is still there: on a quick machine all are decoded by now.
      await page.evaluate(() =>
        [...document.querySelectorAll("button")].find((one) => one.textContent === "Stop")?.click(),
      );
      await page.getByText("files were decoded whole").waitFor({ timeout: 60_000 });
      assert.match(await page.locator("main").innerText(), /0\s+unusable rows/);
    },
  );
  await claim("pages, searches and filters rows", async () => {
    await page.getByRole("tab", { name: "Rows" }).click();
    await page.getByRole("row").nth(1).waitFor();
    const all = await rowCount(page);
    await page.getByLabel("Problem type").selectOption({ index: 1 });
    await waitUntil(page, async () => (await rowCount(page)) < all);
    await page.getByLabel("Problem type").selectOption({ index: 0 });
    await page.getByLabel("Search rows").fill("nowhereinthepack");
    await page.getByText("No row is like that.").waitFor();
    await page.getByRole("button", { name: "Show all rows" }).click();
    await waitUntil(page, async () => (await rowCount(page)) === all);
  });
  await claim("shows first frames in the grid", async () => {
    await page.getByText("Grid", { exact: true }).click();
    await waitUntil(page, () =>
      page.evaluate(() => [...document.querySelectorAll("video")].some(({ videoWidth }) => videoWidth > 0)),
    );
    await page.getByText("Table", { exact: true }).click();
  });
  await claim("leads from a row to the rollouts that met it", async () => {
    const met = firstMetRow(data, join(pack, "train.json"));
    dataset = /#\/data\/([^/]+)\/rows/.exec(page.url())![1]!;
    await page.evaluate((fragment) => (location.hash = fragment), `#/data/${dataset}/rows/${met}`);
    await page.getByRole("cell", { name: "rollouts, ordered" }).first().waitFor();
    await page.locator("table a").first().click();
    await page.waitForURL(/rollouts\?.*step=\d+/);
  });
  return dataset;
}

/** Number in the file of the first row that a journal of the data folder names. */
function firstMetRow(data: string, file: string): number {
  const ids = (JSON.parse(readFileSync(file, "utf8")) as { problem_id: string }[]).map((row) => row.problem_id);
  for (const run of readdirSync(join(data, "runs"))) {
    const group = readJournal(join(data, "runs", run, "journal.0.ndjson")).find((event) => event["type"] === "group");
    const place = ids.indexOf(String(group?.["sampleId"]));
    if (place >= 0) return place + 1;
  }
  return assert.fail("no journal names a row of the file");
}

async function rowCount(page: Page): Promise<number> {
  const text = await page.getByRole("status").filter({ hasText: "rows" }).first().innerText();
  return Number(text.replace(/\D/g, ""));
}

async function waitUntil(page: Page, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return;
    await page.waitForTimeout(200);
  }
  assert.fail("waited 30 s in vain");
}
