/**
 * What the desktop adds to the page, in a real Electron: dialogs, files dropped on the window, the task bar, notifications, a
 * machine kept awake, and a window that remembers its place. The system's own
 * dialogs and notifications cannot be clicked here: the calls that show them are recorded where they leave the program.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ElectronApplication, Page } from "playwright-core";
import { waitFor } from "../support/processes.ts";
import { claim, screenshotFile } from "./claims.ts";

/** Recorded in the main process by what stands in for the system. */
interface Recorded {
  dialogs: { title?: string; properties?: string[]; filters?: { extensions: string[] }[] }[];
  answer: string[];
  notifications: string[];
  progress: number | null;
}
declare global {
  var recorded: Recorded;
}

/** Puts recorders where dialogs, progress and notifications leave the program. */
export async function record(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog, Notification, BrowserWindow }) => {
    const recorded: Recorded = { dialogs: [], answer: [], notifications: [], progress: null };
    globalThis.recorded = recorded;
    dialog.showOpenDialog = ((_window: unknown, options: Recorded["dialogs"][number]) => {
      recorded.dialogs.push(options);
      return Promise.resolve({ canceled: recorded.answer.length === 0, filePaths: recorded.answer });
    }) as typeof dialog.showOpenDialog;
    Notification.prototype.show = function show() {
      recorded.notifications.push(this.title);
      console.log(`notification: ${this.title}. ${this.body}`);
    };
    const window = BrowserWindow.getAllWindows()[0]!;
    const setProgressBar = window.setProgressBar.bind(window);
    window.setProgressBar = (share) => {
      recorded.progress = share;
      setProgressBar(share);
    };
  });
}

async function goTo(page: Page, fragment: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), fragment);
}

/** Drops a file of this computer on the window, as the system does it. */
async function drop(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"])
    await session.send("Input.dispatchDragEvent", { type: type as "drop", x: 700, y: 500, data });
  await session.detach();
}

export async function checkDialogs(app: ElectronApplication, page: Page, folder: string): Promise<void> {
  const rows = join(folder, "chosen.jsonl");
  writeFileSync(rows, "");
  await goTo(page, "#/data");
  await page.getByRole("button", { name: "Import" }).first().click();
  const answerWith = (paths: string[]) => app.evaluate((_electron, answer) => void (recorded.answer = answer), paths);
  await answerWith([rows]);
  await page.getByRole("button", { name: "Choose the file" }).click();
  const file = page.getByRole("textbox", { name: /^File/ });
  await waitFor("the chosen file", async () => (await file.inputValue()) === rows, 5000);
  await answerWith([folder]);
  await page.getByRole("button", { name: "Choose the folder" }).click();
  await waitFor(
    "the chosen folder",
    async () => (await page.getByRole("textbox", { name: /^Media root/ }).inputValue()) === folder,
    5000,
  );
  await answerWith([]);
  await page.getByRole("button", { name: "Choose the file" }).click();
  await waitFor("the third dialog", async () => (await app.evaluate(() => recorded.dialogs.length)) === 3, 5000);
  assert.equal(await file.inputValue(), rows, "a cancelled dialog changes nothing");
  const dialogs = await app.evaluate(() => recorded.dialogs);
  assert.deepEqual(
    dialogs.map(({ properties }) => properties),
    [["openFile"], ["openDirectory"], ["openFile"]],
  );
  assert.deepEqual(dialogs[0]!.filters?.[0]?.extensions, ["json", "jsonl"]);
  await page.keyboard.press("Escape");
  claim(
    "files and folders are chosen in the system's dialogs, limited to what can be used; a cancelled one changes nothing",
  );
}

export async function checkDrops(page: Page, folder: string, clip: string): Promise<void> {
  const rows = join(folder, "dropped.jsonl");
  writeFileSync(rows, `${JSON.stringify({ problem: "Which?", solution: "<answer>A</answer>" })}\n`);
  await goTo(page, "#/runs");
  await drop(page, rows);
  const file = page.getByRole("textbox", { name: /^File/ });
  await file.waitFor();
  assert.equal(await file.inputValue(), rows);
  assert.match(await page.evaluate(() => location.hash), /^#\/data/);
  await page.keyboard.press("Escape");
  await file.waitFor({ state: "detached" });
  await goTo(page, "#/runs");
  await drop(page, clip);
  const medium = page.getByRole("textbox", { name: /^Video or picture/ });
  await medium.waitFor();
  await waitFor("the video's place", async () => (await medium.inputValue()) !== "", 15_000);
  await page.screenshot({ path: screenshotFile("desktop-dropped-video") });
  writeFileSync(join(folder, "notes.txt"), "no dataset");
  await drop(page, join(folder, "notes.txt"));
  await page.getByText("notes.txt is no dataset").waitFor();
  await page.getByRole("button", { name: "Close" }).last().click();
  claim("a dropped dataset leads to its import, a dropped video to the playground, anything else to a sentence");
}

/** While a run is alive: progress, a machine kept awake, and a note when it ends that nobody saw. */
export async function checkBackground(app: ElectronApplication, page: Page, endRun: () => void): Promise<void> {
  const progress = await waitFor("progress on the task bar", () => app.evaluate(() => recorded.progress), 15_000);
  assert.ok(progress > 0 && progress < 1, `progress is ${progress}`);
  assert.equal(await app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(0)), true);
  claim("while a run is alive, the task bar shows its progress and the machine is kept awake");
  await page.evaluate(() => {
    class Recorder {
      static readonly permission = "granted";
      static last: Recorder | null = null;
      onclick: (() => void) | null = null;
      readonly title: string;
      constructor(title: string) {
        this.title = title;
        Recorder.last = this;
      }
    }
    Reflect.set(window, "Notification", Recorder);
    // Playwright makes every page believe that it has the focus.
    document.hasFocus = () => false;
  });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.hide());
  endRun();
  await waitFor(
    "a notification of the run's end",
    () =>
      page.evaluate(
        () => (Reflect.get(window, "Notification") as unknown as { last: { title: string } | null }).last?.title,
      ),
    30_000,
  );
  await page.evaluate(() =>
    (Reflect.get(window, "Notification") as unknown as { last: { onclick: () => void } }).last.onclick(),
  );
  await waitFor(
    "the window in front",
    () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible()),
    5000,
  );
  assert.match(await page.evaluate(() => location.hash), /^#\/runs\/./);
  await waitFor("no progress", async () => (await app.evaluate(() => recorded.progress)) === -1, 10_000);
  assert.equal(await app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(0)), false);
  claim("a run that ends in the background is told of by the system; a click on that brings its window to the front");
}

/** Sets the window's place; the next window should have it. */
export const PLACE = { x: 60, y: 40, width: 1100, height: 700 } as const;

export async function movedWindow(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]!.setBounds(place), PLACE);
}

export async function checkPlace(app: ElectronApplication): Promise<void> {
  const bounds = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getNormalBounds());
  assert.deepEqual(bounds, PLACE);
  claim("the window opens where it was closed");
}

/** Closes the window as its owner does; resolves with what the program said by then. */
export async function closeByHand(app: ElectronApplication): Promise<string> {
  const child = app.process();
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close()).catch(() => undefined);
  await ended;
  return output;
}
