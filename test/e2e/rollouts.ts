/** Claims about the rollouts and compare screens, on runs that are already there. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { EventOf } from "../../contract/journal.ts";
import { changeOf, recompute, whatIfSettings } from "../../science/what-if.ts";
import { readJournal, waitFor } from "../support/processes.ts";

export type Claim = (text: string, check: () => Promise<void> | void) => Promise<void>;

interface Place {
  readonly page: Page;
  readonly claim: Claim;
  /** A run of the demo with RL, another run of it, and a run whose answers take things back. */
  readonly run: string;
  readonly other: string;
  readonly hesitant: string;
  /** Journal of `run`. */
  readonly journal: string;
}

async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((fragment) => (location.hash = fragment), hash);
}

export async function claimRollouts({ page, claim, run, other, hesitant, journal }: Place): Promise<void> {
  const events = readJournal(journal);
  const groups = events.filter(({ type }) => type === "group") as unknown as EventOf<"group">[];
  const rollouts = events.filter(({ type }) => type === "rollout") as unknown as EventOf<"rollout">[];
  const step = groups.at(-1)!.step;

  await claim("seeks the video to the frames that a text cites, and shows them", async () => {
    const cited = rollouts.find(
      ({ step: own, text, group }) => own === step && /\b\d s\b/.test(text) && /ordered/.test(group),
    );
    assert.ok(cited, `no answer of step ${step} cites a time`);
    await go(page, `#/runs/${run}/rollouts?step=${step}&pair=${cited.group.replace("-ordered", "")}`);
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2, undefined, {
      timeout: 20_000,
    });
    const links = page.locator(`section[aria-label="ordered rollouts"] [data-citation]`);
    await links.first().waitFor({ timeout: 20_000 });
    const link = links.last();
    const seconds = Number.parseFloat((await link.innerText()).trim());
    await link.click();
    await page.waitForFunction(
      (wanted) => Math.abs(document.querySelector("video")!.currentTime - wanted) < 1,
      seconds,
      { timeout: 5_000 },
    );
    assert.ok((await page.locator('li[data-hovered="true"] img').count()) > 0, "no frame of the strip is marked");
  });

  await claim("ranks logged answers anew at once when rewards are changed, as the science computes it", async () => {
    await go(page, `#/runs/${run}/rollouts/what-if?step=${step}`);
    await page.locator('[data-tile="Sign flips"]').waitFor({ timeout: 20_000 });
    await page.getByText("every advantage of this step is the journal's").waitFor({ timeout: 10_000 });
    const slider = page.getByLabel("Accuracy", { exact: true });
    await slider.focus();
    await slider.press("Home");
    const started = events.find(({ type }) => type === "run_started") as unknown as EventOf<"run_started">;
    const settings = whatIfSettings(started.config["settings"] as Record<string, unknown>);
    const own = groups.filter((group) => group.step === step && group.trained);
    const of = (name: string) => rollouts.filter((rollout) => rollout.step === step && rollout.group === name);
    const logged = own.map((group) => ({
      ordered: of(group.group).map((rollout) => ({ ...rollout, tokenCount: rollout.tokens.count })),
      shuffled: group.gate
        ? of(`${group.pair}-shuffled`).map((rollout) => ({ ...rollout, tokenCount: rollout.tokens.count }))
        : null,
    }));
    const before = recompute(logged, settings, settings.weights);
    const after = recompute(logged, { ...settings, weights: { ...settings.weights, accuracy: 0 } }, settings.weights);
    const expected = changeOf(before, after);
    await waitFor(
      `${expected.flipped} sign flips on the page`,
      async () => (await page.locator('[data-tile="Sign flips"] strong').innerText()) === String(expected.flipped),
      5_000,
    );
    await page.locator("code", { hasText: "reward.accuracy" }).waitFor();
  });

  await claim("opens the answers behind a point of the self-correction curve", async () => {
    await go(page, `#/runs/${hesitant}/rollouts/corrections`);
    const example = page.locator("[data-example]").first();
    await example.waitFor({ timeout: 20_000 });
    assert.match((await example.innerText()).toLowerCase(), /wait|again/);
    const id = await example.getAttribute("data-example");
    await example.click();
    await page.waitForURL(new RegExp(`rollouts\\?.*pair=.*rollout=${id}`), { timeout: 10_000 });
    await page.locator(`[data-rollout="${id}"][data-selected="true"]`).waitFor({ timeout: 10_000 });
    await page.locator(`[data-rollout="${id}"] canvas`).waitFor();
  });

  await claim("opens a group from the map of dead groups", async () => {
    await go(page, `#/runs/${hesitant}/rollouts/map`);
    const map = page.locator("[data-map] canvas");
    await map.waitFor({ timeout: 20_000 });
    await page.waitForTimeout(300);
    await map.hover({ position: { x: 2, y: 4 } });
    await map.click({ position: { x: 2, y: 4 } });
    await page.waitForURL(/rollouts\?step=\d+&pair=\d+-\d+/, { timeout: 10_000 });
  });

  await claim("shows one prompt at all its moments", async () => {
    await go(page, `#/runs/${hesitant}/rollouts/prompt`);
    await page.locator("[data-history] article").nth(1).waitFor({ timeout: 20_000 });
    assert.ok((await page.locator("[data-history] ins").count()) > 0, "nothing is marked as changed");
  });

  await claim("compares runs by their configuration first, then by what was measured", async () => {
    await go(page, `#/compare?run=${run}&run=${other}`);
    const row = page.locator('[data-table="configuration"] tr', { hasText: "rl.steps" });
    await row.waitFor({ timeout: 20_000 });
    const cells = await row.locator("td").allInnerTexts();
    assert.equal(new Set(cells).size, 2, `rl.steps does not differ: ${cells.join(", ")}`);
    const measured = page.locator('[data-table="measurements"]');
    await measured.waitFor({ timeout: 20_000 });
    assert.match(await measured.innerText(), /points/);
    // Charts are drawn when they come into view.
    await page.locator('[data-panel="loss"]').scrollIntoViewIfNeeded();
    await page.locator('[data-panel="loss"] .recharts-surface').first().waitFor({ timeout: 20_000 });
  });
}
