/** `secondlook serve` on a machine reached through an SSH tunnel: the same window, live, with frames and video. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { TestClient } from "../../workbench/testing/client.ts";
import { openBrowser } from "../support/browser.ts";
import { startCommand, waitFor } from "../support/processes.ts";
import { openTunnel } from "../support/ssh.ts";

const data = mkdtempSync(join(tmpdir(), "secondlook-tunnel-"));
const run = new SyntheticRun({ dataFolder: data, id: "far", steps: 300, seed: 1, startTime: Date.now(), prompts: 2 });
// Past the first third, which has no answers.
for (let step = 0; step < 104; step++) run.step();
run.holdLease();
const growing = setInterval(() => run.step(), 400);

const service = startCommand(["serve", "--no-open", "--stay", "--data", data]);
const [, servicePort, token] = await waitFor(
  "the service's address",
  () => /http:\/\/127\.0\.0\.1:(\d+)\/#token=(\w+)/.exec(service.output()),
  60_000,
  service.output,
);
const tunnel = await openTunnel(join(data, "ssh"), Number(servicePort));
const address = `http://127.0.0.1:${tunnel.port}`;
assert.notEqual(String(tunnel.port), servicePort);

async function stepOnPage(page: Page): Promise<number> {
  const text = await page.locator("dt:text-is('Step') + dd").innerText();
  return Number(text.split(" ")[0]!.replaceAll(",", ""));
}

try {
  const client = await TestClient.connect(address, { token: token!, origin: address });
  const step = (await client.call("rollouts.steps", { run: "far" })).at(-1)!.step;
  const [group] = await client.call("rollouts.groups", { run: "far", step });
  const frame = await fetch(address + group!.media!.frameUrls[0]!);
  assert.deepEqual([frame.status, frame.headers.get("content-type")], [200, "image/png"]);
  const video = await fetch(address + group!.media!.videoUrl!, { headers: { range: "bytes=0-99" } });
  assert.deepEqual([video.status, (await video.arrayBuffer()).byteLength], [206, 100]);
  client.close();
  console.log("✓ frames and ranges of videos come through the tunnel");

  await assert.rejects(TestClient.connect(address, { token: token!, origin: "http://evil.example" }));
  await assert.rejects(TestClient.connect(address, { token: token!, origin: "http://127.0.0.1:1" }));
  console.log("✓ pages of other origins are refused through it, on this machine too");

  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(`${address}/#token=${token}`);
    await page.waitForSelector("text=Connected");
    await page.goto(`${address}/#/runs/far`);
    const before = await stepOnPage(page);
    await waitFor("the step to move", async () => (await stepOnPage(page)) > before, 30_000);
    await page.goto(`${address}/#/runs/far/rollouts?step=${step}`);
    const picture = page.locator("img").first();
    await picture.waitFor({ timeout: 30_000 });
    await waitFor(
      "a frame on the page",
      () => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
      15_000,
    );
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
  console.log("✓ the window is live through the tunnel, with the frames on the page and no error on its console");
} finally {
  clearInterval(growing);
  tunnel.close();
  service.child.kill("SIGTERM");
  await service.ended;
  rmSync(data, { recursive: true, force: true });
}
process.exit(0);
