/**
 * End to end: a run of VideoHallu shows its hallucination board by itself. Laws with how often the claims are wrong, claims
 * beside the frames, those that contradict marked; a law chosen, a claim opened among the rollouts; and the recipe's page.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { JournalEvent } from "../../contract/journal.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import type { Claim } from "./rollouts.ts";

const RUN = "impossible";
const LAWS = [
  { law: "gravity", says: "What is let go falls.", frame: 2, task: "P-M" },
  { law: "path", says: "What goes from one side to the other passes the center.", frame: 4, task: "SC-TD" },
] as const;

/** A run whose prompts, but for one of each step, are about impossible events, put into a data folder at once. */
function writeRun(data: string): void {
  const folder = mkdtempSync(join(tmpdir(), "secondlook-hallucinations-"));
  try {
    mkdirSync(join(folder, "runs"));
    const written = new SyntheticRun({
      dataFolder: folder,
      id: RUN,
      steps: 12,
      seed: 5,
      startTime: Date.now(),
      prompts: 3,
      videos: false,
    });
    while (written.step());
    const file = join(written.folder, "journal.0.ndjson");
    const lines = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.stringify(changed(JSON.parse(line) as JournalEvent)));
    writeFileSync(file, `${lines.join("\n")}\n`);
    cpSync(join(folder, "frames"), join(data, "frames"), { recursive: true });
    cpSync(join(folder, "runs", RUN), join(data, "runs", RUN), { recursive: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changed(event: JournalEvent): JournalEvent {
  if (event.type === "run_started") return { ...event, recipe: "videohallu", name: "Impossible events" };
  if (event.type !== "group") return event;
  const about = LAWS[Number(/^\d+-(\d)-/.exec(event.group)![1])];
  if (about === undefined) return event;
  const { task, ...violation } = about;
  return { ...event, task, violation };
}

export async function claimHallucinations(page: Page, data: string, claim: Claim): Promise<void> {
  writeRun(data);
  await page.evaluate((id) => (location.hash = `#/runs/${id}`), RUN);
  const board = page.locator('[data-panel="Hallucination board"]');
  const probes = board.getByRole("list", { name: "Newest probes" }).locator("> li");
  await claim("shows a hallucination board for a recipe that asks for one", async () => {
    await board.waitFor({ timeout: 20_000 });
    await board.scrollIntoViewIfNeeded();
    await probes.first().waitFor({ timeout: 20_000 });
    assert.match(await board.getByRole("table").innerText(), /gravity[\s\S]*P-M motion[\s\S]*path[\s\S]*SC-TD/);
  });
  await claim("marks the frames that contradict, from the event on", async () => {
    await board.getByRole("button", { name: "path" }).click();
    await page.waitForFunction(
      () => [...document.querySelectorAll('[data-panel="Hallucination board"] article header')].every((one) => one.textContent!.includes("passes the center")), // prettier-ignore
    );
    const marks = await probes.first().locator("[data-contradicts]").evaluateAll((all) => all.map((one) => one.getAttribute("data-contradicts"))); // prettier-ignore
    assert.deepEqual(
      marks,
      marks.map((_, index) => String(index >= 4)),
    );
    assert.ok(marks.length >= 6, `only ${marks.length} frames`);
  });
  await claim("leads from a claim to the rollout that makes it", async () => {
    await probes.first().getByRole("listitem").getByRole("button").first().click();
    await page.waitForURL(/rollouts\?.*rollout=\d+/, { timeout: 10_000 });
    await page.waitForSelector("img[data-hash]");
  });
  await claim("explains VideoHallu on its page, with formula and figures", async () => {
    await page.evaluate(() => (location.hash = "#/recipes/videohallu"));
    await page.locator("math").getByText("balanced accuracy").first().waitFor({ timeout: 10_000 });
    await page.getByText("What a habit scores").waitFor();
  });
}
