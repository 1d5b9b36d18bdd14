/** What curves go over: chosen once for all charts, in the address, zoomed by dragging, asked again for the stretch. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** @param run has trained with RL. */
export async function checkCharts(page: Page, run: string, claim: Claim): Promise<void> {
  const axis = page.getByLabel("Curves over");
  const chart = page.locator('[data-panel="Reward"]');
  const ticks = async (): Promise<string[]> => {
    // Curves are drawn where they are looked at.
    await chart.scrollIntoViewIfNeeded({ timeout: 20_000 });
    return chart.locator('.recharts-cartesian-axis-tick-value[text-anchor="middle"]').allTextContents();
  };

  await claim("draws curves over the clock, elapsed time or tokens, and keeps the choice in the address", async () => {
    await page.evaluate((id) => (location.hash = `#/runs/${id}`), run);
    await ticks();
    await chart.locator(".recharts-line").first().waitFor({ timeout: 20_000 });
    for (const [name, param, look] of [
      ["Clock", "wall", /^\d\d:\d\d(:\d\d)?$/],
      ["Tokens", "tokens", /^(0|[\d.,]+( [kM])?)( tokens)?$/],
      ["Elapsed", "relative", /^([\d:.]+ (s|min|h)|0)$/],
    ] as const) {
      await axis.getByRole("radio", { name }).click();
      await page.waitForURL(new RegExp(`x=${param}`));
      await waitFor(
        `ticks over ${name}`,
        async () => {
          const texts = await ticks();
          return texts.length > 0 && texts.every((text) => look.test(text));
        },
        10_000,
      );
    }
    await page.reload();
    await waitFor(
      "the same axis after a reload",
      async () => (await ticks()).some((text) => / (s|min)$/.test(text)),
      20_000,
    );
  });
  await claim("zooms all charts to the stretch that is dragged over one, and out again", async () => {
    const whole = await ticks();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.locator(".recharts-surface").first().boundingBox())!;
    const [left, right, middle] = [box.x + box.width * 0.4, box.x + box.width * 0.7, box.y + box.height / 2];
    await page.mouse.move(left, middle);
    await page.mouse.down();
    await page.mouse.move((left + right) / 2, middle, { steps: 3 });
    await page.mouse.move(right, middle, { steps: 3 });
    await page.mouse.up();
    await page.waitForURL(/from=[\d.]+&to=[\d.]+/);
    assert.match(page.url(), new RegExp(`#/runs/${run}\\?`), "the drag was taken for a click");
    await waitFor("other ticks", async () => (await ticks()).join() !== whole.join(), 10_000);
    await page.getByRole("button", { name: "Zoomed in" }).click();
    await waitFor("the whole axis", async () => (await ticks()).join() === whole.join(), 10_000);
    await axis.getByRole("radio", { name: "Step" }).click();
    await page.waitForURL(new RegExp(`#/runs/${run}$`));
  });
}
