/**
 * End to end: TW-GRPO and DeepVideo-R1 train a few updates by `claims --quick`, then their pages say what was measured and
 * their rollouts show what is special about them: token weights, and what was done about a prompt's difficulty.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { SystemResult } from "../../contract/claims.ts";
import type { EventOf } from "../../contract/journal.ts";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { readJournal, startCommand } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** @param page connected to the service of the data folder. */
export async function checkSystems(page: Page, data: string, claim: Claim): Promise<void> {
  await claim("rehearses the claims of two systems, and decides nothing in a rehearsal", async () => {
    const command = startCommand(["claims", "tw-grpo", "deepvideo-r1", "--quick", "--data", data]);
    assert.equal(await command.ended, 0, command.output());
    assert.match(command.output(), /\(rehearsal\)/);
  });
  await claim("explains a method and shows the verdicts that its result file holds", async () => {
    const file = join("resources", "claims", "tw-grpo.json");
    const { claims } = JSON.parse(readFileSync(file, "utf8")) as SystemResult;
    await page.evaluate(() => (location.hash = "#/recipes/tw-grpo"));
    await page.getByRole("region", { name: "How it works" }).waitFor({ timeout: 20_000 });
    const measured = page.getByRole("region", { name: "What was measured here" });
    await measured.waitFor({ timeout: 20_000 });
    assert.deepEqual(
      await measured.locator("[data-verdict]").allInnerTexts(),
      claims.map(({ verdict }) => verdict),
    );
  });
  await claim("shows token weights as a channel of TW-GRPO's rollouts", async () => {
    const run = runCalled(data, "TW-GRPO: TW-GRPO ·");
    await page.evaluate((id) => (location.hash = `#/runs/${id}/rollouts?step=2`), run);
    const weight = page.getByRole("radio", { name: "Weight", exact: true });
    await weight.waitFor({ timeout: 20_000 });
    assert.ok(await weight.isEnabled(), "the channel is not available");
    await weight.click();
    assert.equal(await weight.getAttribute("aria-checked"), "true");
  });
  await claim("says of a prompt how difficult it was and what was done, as the journal has it", async () => {
    const run = runCalled(data, "Reg-GRPO with augmentation");
    const journal = readJournal(join(data, "runs", run, RUN_FOLDER.journal(0))) as unknown as EventOf<"group">[];
    const group = journal.find((event) => event.type === "group" && event.step === 2)!;
    const words = { none: "Asked as it is", hint: "Hint given", noise: "Noise on the frames" };
    await page.evaluate(([id, pair]) => (location.hash = `#/runs/${id}/rollouts?step=2&pair=${pair}`), [
      run,
      group.pair,
    ] as const);
    const readout = page.getByRole("region", { name: "Difficulty" });
    await readout.getByText(words[group.augmentation!.mode]).waitFor({ timeout: 20_000 });
    assert.match(await readout.innerText(), /reward before/);
  });
}

/** Id of the rehearsal's run whose name holds these words. */
function runCalled(data: string, words: string): string {
  const folder = join(data, "runs");
  const found = readdirSync(folder).find((id) => {
    const { name } = JSON.parse(readFileSync(join(folder, id, RUN_FOLDER.config), "utf8")) as RunConfigFile;
    return name.startsWith("Rehearsal") && name.includes(words);
  });
  assert.ok(found, `no rehearsal is called ${words}`);
  return found;
}
