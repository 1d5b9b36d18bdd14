/** A run that trains, led by clicks: pause, a knob with its trail, a checkpoint, alerts, timing, log, stop, and a branch. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { EventOf, JournalEventType } from "../../contract/journal.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** @param run trains in the service that `page` shows, and goes on for long. */
export async function checkLiveRun(page: Page, data: string, run: string, claim: Claim): Promise<void> {
  const file = join(data, "runs", run, "journal.0.ndjson");
  const events = <Type extends JournalEventType>(type: Type) =>
    (existsSync(file) ? readJournal(file) : []).filter((event) => event["type"] === type) as unknown as EventOf<Type>[];
  const go = (tab: string) => page.evaluate((hash) => (location.hash = hash), `#/runs/${run}${tab}`);
  const header = page.locator("main header").first();
  const click = (name: string) => header.getByRole("button", { name, exact: true }).click();
  const step = (): number => events("step").at(-1)?.step ?? 0;
  const trail = page.getByRole("listitem");

  await claim("pauses between two updates: no step is written until it goes on", async () => {
    await go("/control");
    await waitFor("the first steps of RL", () => step() > 4, 60_000);
    await click("Pause");
    await page.getByRole("button", { name: "Go on", exact: true }).waitFor({ timeout: 30_000 });
    const held = step();
    await page.waitForTimeout(700);
    assert.equal(step(), held);
  });
  await claim("takes a knob at the next update and keeps who asked for what, and when, in a trail", async () => {
    const knob = page.getByLabel(/^Temperature/);
    await knob.fill("99");
    await page.getByText("A number from 0.01 to 10").waitFor();
    assert.ok(await page.locator("form", { has: knob }).getByRole("button", { name: "Set" }).isDisabled());
    await knob.fill("0.7");
    await page.locator("form", { has: knob }).getByRole("button", { name: "Set" }).click();
    const entry = trail.filter({ hasText: "temperature = 0.7" });
    await entry.getByText(/temperature is 0\.7 from step \d+ on/).waitFor({ timeout: 20_000 });
    await page.getByText(/changed after step/).waitFor();
    const held = step();
    await click("Go on");
    await waitFor("the next step", () => step() > held, 30_000);
    await trail.filter({ hasText: /^resume/ }).waitFor({ timeout: 20_000 });
    const acknowledged = readJournal(file).filter(({ type }) => type === "control_ack");
    assert.deepEqual(
      acknowledged.map((event) => [event["command"], event["accepted"]]),
      [
        ["pause", true],
        ["set_knob", true],
        ["resume", true],
      ],
    );
  });
  await claim("saves a checkpoint when told", async () => {
    await click("Checkpoint");
    await waitFor("the checkpoint's line", () => events("checkpoint").some((event) => event.step > 2), 30_000);
    const saved = readJournal(file)
      .filter(({ type }) => type === "checkpoint")
      .at(-1)!;
    await page.getByText(String(saved["path"])).waitFor({ timeout: 20_000 });
    assert.ok(existsSync(join(data, "runs", run, String(saved["path"]))));
  });
  await claim("shows an alert with its rule on the run as soon as a rule is broken", async () => {
    await go("/alerts");
    const rule = page.locator("form", { hasText: "Far from the reference" });
    await rule.getByLabel("Bound").fill("-1");
    await rule.getByLabel("Updates").fill("1");
    await rule.getByRole("button", { name: "Apply" }).click();
    await rule.getByText(/kl > -1/).waitFor();
    await page
      .getByRole("listitem")
      .filter({ hasText: "Far from the reference" })
      .getByText(/bound −1/)
      .first()
      .waitFor();
    await go("");
    await page.getByRole("list", { name: "Alerts" }).getByText("Far from the reference").waitFor({ timeout: 20_000 });
    await page
      .getByRole("list", { name: "Alerts" })
      .getByRole("link", { name: /Why|more/ })
      .last()
      .click();
    await page.waitForURL(/\/alerts$/);
    await page.getByRole("button", { name: "Back to the defaults" }).click();
    await rule.getByText(/kl > 0\.5/).waitFor();
  });
  await claim("draws the phases of updates on the clock", async () => {
    await go("/timing");
    const phases = page.getByRole("table", { name: "Phases of the updates" });
    for (const phase of ["Rollouts", "Backward"]) {
      await phases.getByRole("rowheader", { name: phase }).waitFor({ timeout: 20_000 });
    }
  });
  await claim("keeps one log of journal and worker, by kind, level and word", async () => {
    await go("/messages");
    const lines = page.locator("time");
    await page
      .getByText(/temperature/)
      .first()
      .waitFor({ timeout: 20_000 });
    const all = await lines.count();
    await page.getByLabel("Search the log").fill("temperature");
    await waitFor("fewer lines", async () => (await lines.count()) < all && (await lines.count()) > 0, 5_000);
    await page.getByRole("button", { name: "command", exact: true }).click();
    await page.getByText("No line is like that.").waitFor();
  });
  await claim("stops after saving, when asked twice", async () => {
    await click("Stop");
    await page.getByRole("dialog").getByRole("button", { name: "Save and stop" }).click();
    await page.getByText("Stopped").first().waitFor({ timeout: 40_000 });
    const ended = readJournal(file).at(-1)!;
    assert.equal(ended["type"], "run_ended");
    assert.equal(ended["status"], "stopped");
  });
  await claim("branches from a checkpoint: the new run goes on where that one was", async () => {
    await go("/control");
    await page.getByRole("button", { name: "Branch" }).first().click();
    await page.waitForURL(/#\/launch$/);
    await page.getByText(/Branches from/).waitFor();
    await page.getByRole("radio", { name: /^All \d+$/ }).click();
    await page.locator('[id="setting-rl.steps"]').fill("3");
    await page.getByRole("textbox", { name: "Name" }).fill("branched");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL(/#\/runs\/[^/]+$/, { timeout: 20_000 });
    const id = /#\/runs\/([^/?]+)/.exec(page.url())![1]!;
    await page.getByText("Completed").first().waitFor({ timeout: 60_000 });
    const branch = readJournal(join(data, "runs", id, "journal.0.ndjson"));
    const stages = new Set(branch.filter(({ type }) => type === "step").map((event) => event["stage"]));
    assert.deepEqual([...stages], ["rl"], "a stage before the checkpoint was done again");
  });
}
