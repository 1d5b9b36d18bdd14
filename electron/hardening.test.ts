/** What must never be in the shell's sources, whoever edits them: items of Electron's security checklist (docs/desktop.md). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CHANNELS } from "./bridge.ts";

const sources = readdirSync("electron")
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => ({ name, text: readFileSync(join("electron", name), "utf8") }));
const all = sources.map(({ text }) => text).join("\n");

it.each([
  /webSecurity/,
  /allowRunningInsecureContent/,
  /experimentalFeatures/,
  /enableBlinkFeatures/,
  /allowpopups/i,
  /nodeIntegration(InWorker|InSubFrames)?: true/,
  /contextIsolation: false/,
  /sandbox: false/,
  /file:\/\//,
  /@electron\/remote/,
  /globalShortcut/,
])("the shell never says %s", (forbidden) => {
  expect(all).not.toMatch(forbidden);
});

it("switches web views off and prevents what attaches one, limits windows and navigation", () => {
  for (const wanted of [
    "webviewTag: false",
    "will-attach-webview",
    "setWindowOpenHandler",
    "will-navigate",
    "will-redirect",
  ])
    expect(all).toContain(wanted);
  expect(all).toContain("setPermissionRequestHandler");
  expect(all).toContain("setPermissionCheckHandler");
});

it("checks the sender before anything else, in the one place where messages come in", () => {
  const messages = sources.find(({ name }) => name === "messages.ts")!.text;
  const handlers = [...messages.matchAll(/ipcMain\.(?:handle|on)\([^{]*\{\n((?:.*\n){2})/g)].map((match) => match[1]!);
  expect(handlers).toHaveLength(2);
  for (const first of handlers) expect(first).toMatch(/isOurPage\((event\.senderFrame\?\.)?url\)/);
  const registered = [...messages.matchAll(/^ {2}(?:answer|listen)\(CHANNELS\.(\w+)/gm)].map((match) => match[1]!);
  const toPage = ["action", "navigate"];
  expect([...registered, ...toPage].sort()).toEqual(Object.keys(CHANNELS).sort());
  const elsewhere = sources.filter(({ name, text }) => name !== "messages.ts" && text.includes("ipcMain"));
  expect(elsewhere).toEqual([]);
});

it("opens addresses outside in one place, which asks whether they may be", () => {
  const calls = [...all.matchAll(/.*openExternal.*/g)].map(([line]) => line.trim());
  expect(calls).toEqual(["if (mayOpenOutside(url)) void shell.openExternal(url);"]);
});

it("is packaged with one release of Electron, pinned to the digit; the old one of the tests comes by a test's own way only", () => {
  const pinned = (JSON.parse(readFileSync("package.json", "utf8")) as { devDependencies: Record<string, string> })
    .devDependencies["electron"]!;
  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/);
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { version: string }>;
  };
  expect(lock.packages["node_modules/electron"]!.version).toBe(pinned);
  expect(readFileSync("forge.config.ts", "utf8")).not.toMatch(/electronVersion|electron-offline/);
});

it("gives the page verbs and never a way to send what it likes", () => {
  const preload = sources.find(({ name }) => name === "preload.ts")!.text;
  expect(preload).toContain("contextBridge.exposeInMainWorld");
  expect(preload).not.toMatch(/:\s*ipcRenderer\b(?!\.)/);
  const channels = [...preload.matchAll(/ipcRenderer\.(?:send|invoke|on)\(([^,)]*)/g)].map((match) => match[1]!);
  expect(channels.length).toBeGreaterThan(8);
  for (const channel of channels) expect(channel).toMatch(/^CHANNELS\.\w+$/);
});
