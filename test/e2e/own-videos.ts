/** The way of a newcomer: a folder of clips and a file of plain questions, to rollouts beside the frames that the model saw. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { readJournal } from "../support/processes.ts";
import type { Claim } from "./rollouts.ts";

/** So few updates that the run is over in seconds. */
const SHORT = {
  "rl.steps": "2",
  "rl.promptsPerStep": "3",
  "rl.groupSize": "2",
  "rl.shuffledGroupSize": "2",
  "sampling.maxTokens": "8",
  "evaluation.every": "0",
} as const;

/** What a folder at home looks like: several containers, a phone's portrait clip, a name with spaces, a torn copy. */
function makeFilms(folder: string): string[] {
  const film = (name: string, seconds: number, ...how: string[]): string => {
    const source = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=8", "-t", String(seconds), "-pix_fmt", "yuv420p"];
    execFileSync("ffmpeg", ["-v", "error", "-threads", "1", ...source, ...how, join(folder, name)]);
    return name;
  };
  mkdirSync(join(folder, "in der Küche"), { recursive: true });
  const names = [
    film("ball.mp4", 2),
    film("cat.webm", 2, "-c:v", "libvpx"),
    film("dog.mkv", 3),
    film("OLD.AVI", 2, "-c:v", "mpeg4"),
    film("in der Küche/Tag 1.mov", 4),
  ];
  const upright = ["-i", join(folder, "ball.mp4"), "-metadata:s:v", "rotate=90", "-c", "copy"];
  execFileSync("ffmpeg", ["-v", "error", ...upright, join(folder, "upright.mp4")]);
  writeFileSync(join(folder, "torn.mp4"), readFileSync(join(folder, "ball.mp4")).subarray(0, 900));
  return [...names, "upright.mp4", "torn.mp4"];
}

/** @param page shows a service of this data folder. */
export async function claimOwnVideos(page: Page, data: string, claim: Claim): Promise<void> {
  const home = join(data, "home");
  const films = makeFilms(join(home, "films"));
  const file = join(home, "questions.jsonl");
  const rows = films.map((video) => ({ video, question: "Which way?", options: ["left", "right"], answer: "right" }));
  writeFileSync(
    file,
    [...rows, { video: "ball.mp4", question: "No answer?" }].map((row) => JSON.stringify(row)).join("\n"),
  );

  // Whatever recipe was looked at before.
  await page.evaluate(() => (location.hash = "#/launch?recipe=video-r1&preset=tiny"));
  await page.waitForURL(/#\/launch$/);
  await claim("reads plain questions, finds the videos beside them, and names the row that has no answer", async () => {
    await page.evaluate(() => (location.hash = "#/data"));
    await page.getByRole("button", { name: "Import" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("File").fill(file);
    await dialog.getByText("the row has no answer").waitFor();
    assert.equal(await dialog.getByLabel("Media root").inputValue(), join(home, "films"));
    await dialog.getByLabel("Name").fill("my films");
    await dialog.getByRole("button", { name: "Import" }).click();
    await page.getByRole("row").filter({ hasText: "my films" }).click({ timeout: 60_000 });
  });
  await claim("says which video is broken", async () => {
    await page.getByRole("button", { name: "Which cannot be?" }).click({ timeout: 60_000 });
    await page.getByRole("row").filter({ hasText: "torn.mp4" }).waitFor();
    assert.equal(await page.getByRole("row").filter({ hasText: "Which way?" }).count(), 1);
  });
  let run = "";
  await claim("leads to a launch on them, and past the cold start that they have no traces for", async () => {
    await page.getByRole("button", { name: "Train on it" }).click();
    await page.getByRole("button", { name: "Leave the cold start out" }).click({ timeout: 20_000 });
    await page.getByRole("radio", { name: /^All \d+$/ }).click();
    for (const [name, value] of Object.entries(SHORT)) await page.locator(`[id="setting-${name}"]`).fill(value);
    await page.getByRole("button", { name: "Start", exact: true }).click({ timeout: 20_000 });
    await page.waitForURL(/#\/runs\/[^/]+$/, { timeout: 20_000 });
    run = /#\/runs\/([^/?]+)/.exec(page.url())![1]!;
    await page.locator("main").getByText("Completed").first().waitFor({ timeout: 120_000 });
  });
  await claim("shows the frames of the own videos beside the answers", async () => {
    await page.evaluate((id) => (location.hash = `#/runs/${id}/rollouts?step=2`), run);
    await page.waitForSelector("img[data-hash]", { timeout: 20_000 });
    const groups = readJournal(join(data, "runs", run, "journal.0.ndjson")).filter(({ type }) => type === "group");
    const paths = new Set(groups.map(({ media }) => (media as { path: string }).path));
    for (const path of paths) assert.ok(films.includes(path) && path !== "torn.mp4", path);
    assert.ok(paths.size >= 3, [...paths].join(", "));
  });
}
