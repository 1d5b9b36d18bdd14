/** The System screen: self-test, what is kept of old runs, media folders, an archive for help, and deleting a run. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { waitFor } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** @param page shows a service in whose data folder several runs have ended. */
export async function checkSystem(page: Page, data: string, claim: Claim): Promise<void> {
  const card = (title: string) => page.getByRole("region", { name: title, exact: true });
  const checkpoints = () =>
    readdirSync(join(data, "runs")).flatMap((run) => {
      const folder = join(data, "runs", run, "checkpoints");
      return existsSync(folder) ? readdirSync(folder).map((name) => `${run}/${name}`) : [];
    });

  await claim("says what works on this machine, and checks the engine against its vectors when asked", async () => {
    await page.evaluate(() => (location.hash = "#/system"));
    await page.getByText("Video decoding").waitFor({ timeout: 20_000 });
    const test = card("Engine self-test");
    await test.getByRole("button", { name: "Run it" }).click();
    await test.getByText(/All numbers agree/).waitFor({ timeout: 120_000 });
  });
  await claim("previews what a rule would remove of old runs, then removes that and nothing else", async () => {
    const rule = card("Old runs");
    await rule.getByLabel(/A run is old after/).fill("0");
    await rule.getByLabel(/Never old are/).fill("0");
    const before = checkpoints();
    await rule.getByRole("button", { name: "Preview" }).click();
    await rule.getByText(/B would go/).waitFor({ timeout: 20_000 });
    assert.deepEqual(checkpoints(), before, "a preview removed something");
    await rule.getByRole("button", { name: /^Remove/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove for good" }).click();
    await rule.getByText(/B were freed/).waitFor({ timeout: 20_000 });
    const gone = before.filter((name) => !checkpoints().includes(name));
    assert.ok(gone.length > 0);
    for (const name of gone) assert.match(name, /step-\d+$/, `${name} is an end of a stage or was asked for`);
    await rule.getByRole("button", { name: "Save the rule" }).click();
    await waitFor(
      "the rule to be saved",
      () => rule.getByRole("button", { name: "Save the rule" }).isDisabled(),
      10_000,
    );
  });
  await claim("adds a media folder, refuses what is none, and takes it out again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "secondlook-e2e-media-"));
    mkdirSync(join(folder, "clips"));
    const roots = card("Media folders");
    await roots.getByLabel("Folder to add").fill(join(folder, "nowhere"));
    await roots.getByRole("button", { name: "Add folder" }).click();
    await roots.getByText(/nowhere is no folder/).waitFor();
    await roots.getByLabel("Folder to add").fill(join(folder, "clips"));
    await roots.getByRole("button", { name: "Add folder" }).click();
    const row = roots.getByRole("listitem").filter({ hasText: join(folder, "clips") });
    await row.waitFor();
    await row.getByRole("button", { name: "Take out" }).click();
    await row.waitFor({ state: "detached" });
    rmSync(folder, { recursive: true });
  });
  await claim("makes an archive for help, in which the service's token does not stand", async () => {
    const help = card("Diagnostics");
    await help.getByRole("button", { name: "Make an archive" }).click();
    await help.getByText("versions.json").waitFor({ timeout: 40_000 });
    const [archive] = readdirSync(join(data, "diagnostics")).filter((name) => name.endsWith(".tar.gz"));
    const all = execFileSync("tar", ["-xzOf", join(data, "diagnostics", archive!)], {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    assert.match(all, /"secondlook":/);
    assert.doesNotMatch(all, /[?#&]token=[0-9a-f]{16}/);
  });
  await claim("deletes a run for good, when asked twice", async () => {
    const row = card("Storage").getByRole("listitem").last();
    const run = /#\/runs\/([^/?]+)/.exec((await row.getByRole("link").getAttribute("href"))!)![1]!;
    await row.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
    await waitFor("the run's folder to go", () => !existsSync(join(data, "runs", run)), 20_000);
    await page.getByRole("link", { name: run }).waitFor({ state: "detached" });
  });
}
