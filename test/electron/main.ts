/**
 * The desktop shell in a real Electron: it starts the service, shows a run that is going on, closes, and after opening
 * again finds the run still going; what the desktop adds is in `touches.ts`. Prints a line for each claim.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { waitFor } from "../support/processes.ts";
import { claim, endAfter, screenshotFile } from "./claims.ts";
import { buildDesktop, electronBinary, requireScreen } from "./runtime.ts";
import { checkBackground, checkDialogs, checkDrops, checkPlace, closeByHand, movedWindow, record } from "./touches.ts";

requireScreen("test/electron/main.ts");
const executablePath = electronBinary();
buildDesktop();

const folder = mkdtempSync(join(tmpdir(), "secondlook-desktop-"));
const data = join(folder, "data");
mkdirSync(data, { recursive: true });

/** Half a second a step, so that it outlasts the test. */
const run = spawn(process.execPath, ["workbench/testing/synthetic-run.ts", data, "--steps", "600", "--live"], {
  stdio: ["ignore", "ignore", "inherit"],
});

async function launch(): Promise<{ app: ElectronApplication; page: Page }> {
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const app = await _electron.launch({
    executablePath,
    timeout: 30_000,
    args: [...asRoot, `--user-data-dir=${join(folder, "profile")}`, ".", "--data", data],
  });
  const page = await app.firstWindow();
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  return { app, page };
}

async function open(): Promise<{ app: ElectronApplication; page: Page }> {
  const opened = await launch();
  await opened.page.getByRole("row").nth(1).waitFor({ timeout: 40_000 });
  return opened;
}

endAfter(200_000, () => run.kill("SIGTERM"));

const servicePid = () => (JSON.parse(readFileSync(join(data, DATA_FOLDER.service), "utf8")) as { pid: number }).pid;

/** The step that the live screen shows. */
async function shownStep(page: Page): Promise<number> {
  const text = await page.locator("dt:text-is('Step') + dd").innerText();
  return Number(text.split(" ")[0]!.replaceAll(",", ""));
}

async function firstVisit(): Promise<number> {
  const { app, page } = await open();
  assert.equal(await page.evaluate(() => location.origin), "app://secondlook");
  assert.deepEqual(
    await page.evaluate(() => [typeof Reflect.get(window, "require"), typeof Reflect.get(window, "process")]),
    ["undefined", "undefined"],
  );
  claim("the shell opens, starts the service and lists the run; its page has no way to Node");
  await page.screenshot({ path: screenshotFile("desktop-runs") });
  await page.getByRole("row").nth(1).click();
  await page.getByText("Cold start: learning to write reasoning").waitFor();
  const before = await shownStep(page);
  await waitFor("a further step on screen", async () => (await shownStep(page)) > before, 15_000);
  await page.screenshot({ path: screenshotFile("desktop-live") });
  claim("the live screen moves with the run");
  const labels = await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map((item) => item.label) ?? []);
  assert.ok(labels.includes("Go to") && labels.includes("Run"), `the menu holds ${labels.join(", ")}`);
  const navigated = await page.evaluate(() => {
    location.href = "https://example.org/";
    return new Promise<string>((resolve) => setTimeout(() => resolve(location.origin), 300));
  });
  assert.equal(navigated, "app://secondlook");
  claim("the menu is the window's registry of actions; the page cannot be led elsewhere");
  assert.equal(await page.evaluate(() => window.open("https://example.org/") === null), true);
  const permissions = await page.evaluate(async () => [
    (await navigator.permissions.query({ name: "geolocation" })).state,
    Object.keys(Reflect.get(window, "secondlook") as object).includes("ipcRenderer"),
  ]);
  assert.deepEqual(permissions, ["denied", false]);
  claim("no window opens, no place is told, and the page has verbs only");
  const shown = await page.evaluate(() => location.hash);
  await app.evaluate(({ app }) => app.emit("second-instance", {}, ["secondlook", "secondlook://launch?recipe=x"]));
  await app.evaluate(({ app }) => app.emit("second-instance", {}, ["secondlook", "secondlook://system"]));
  await waitFor("the linked screen", async () => (await page.evaluate(() => location.hash)) === "#/system", 10_000);
  await app.evaluate(
    ({ app }, link) => app.emit("open-url", { preventDefault: () => undefined }, link),
    `secondlook://${shown.slice(2)}`,
  );
  await page.locator("dt:text-is('Step')").waitFor();
  claim("links lead to screens, and one that would fill in a launch leads nowhere");
  const last = await shownStep(page);
  await record(app);
  await checkDialogs(app, page, folder);
  await checkDrops(page, folder, aClip());
  await movedWindow(app);
  const said = await closeByHand(app);
  assert.match(said, /notification: Training continues\. A run goes on in the background\./);
  claim("closing the window, the system is told that training continues");
  return last;
}

/** A video of the run's. */
function aClip(): string {
  const media = join(data, "synthetic-media");
  const video = readdirSync(media, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith(".mp4"));
  return join(media, video!);
}

async function secondVisit(lastStep: number): Promise<void> {
  const { app, page } = await open();
  await page.getByRole("row").filter({ hasText: "Running" }).first().click();
  await page.locator("dt:text-is('Step')").waitFor();
  const step = await waitFor(
    "steps made while no window was open",
    async () => {
      const shown = await shownStep(page);
      return shown > lastStep ? shown : null;
    },
    15_000,
  );
  claim(`opened again, the run is still going: step ${lastStep} when closed, ${step} now`);
  await checkPlace(app);
  await record(app);
  await checkBackground(app, page, () => run.kill("SIGTERM"));
  await app.close();
}

/** After an update: the service of the version before still serves, and nobody may be stuck with that. */
async function anotherVersion(): Promise<void> {
  process.kill(servicePid(), "SIGTERM");
  await waitFor("the service's end", () => !readdirSync(data).includes(DATA_FOLDER.service), 10_000);
  const old = spawn(process.execPath, ["test/support/old-service.ts", data], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    await waitFor("the old service", () => readdirSync(data).includes(DATA_FOLDER.service), 20_000);
    const { app, page } = await launch();
    await page.getByRole("alert").filter({ hasText: "speaks version" }).waitFor({ timeout: 20_000 });
    await page.screenshot({ path: screenshotFile("desktop-versions") });
    await page.getByRole("button", { name: "Restart the service" }).click();
    await page.getByRole("row").nth(1).waitFor({ timeout: 40_000 });
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.notEqual(servicePid(), old.pid);
    assert.equal(old.exitCode, 0);
    await app.close();
    claim("a service of another version is named in a sentence, and started anew with a click");
  } finally {
    old.kill("SIGKILL");
  }
}

let failed = false;
try {
  const lastStep = await firstVisit();
  const pid = servicePid();
  await new Promise((resume) => setTimeout(resume, 1500));
  process.kill(pid, 0);
  assert.equal(run.exitCode, null);
  claim("with the window closed, service and run live on");
  await secondVisit(lastStep);
  assert.equal(servicePid(), pid);
  claim("the second window found the same service");
  await anotherVersion();
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  run.kill("SIGTERM");
  try {
    process.kill(servicePid(), "SIGTERM");
  } catch {
    // It was never started, or ended by itself.
  }
  await new Promise((resume) => setTimeout(resume, 500));
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
