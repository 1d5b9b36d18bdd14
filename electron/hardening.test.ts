/** What must never be in the shell's sources, whoever edits them: items of Electron's security checklist (docs/desktop.md). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

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

it("checks the sender first in every handler of a message", () => {
  const messages = sources.find(({ name }) => name === "messages.ts")!.text;
  const handlers = [...messages.matchAll(/ipcMain\.(?:handle|on)\([^{]*\{\s*([^\n]*)/g)].map((match) => match[1]!);
  expect(handlers.length).toBeGreaterThan(6);
  for (const first of handlers) expect(first).toBe("requireOurPage(event);");
  const elsewhere = sources.filter(({ name, text }) => name !== "messages.ts" && text.includes("ipcMain"));
  expect(elsewhere).toEqual([]);
});

it("gives the page verbs and never a way to send what it likes", () => {
  const preload = sources.find(({ name }) => name === "preload.ts")!.text;
  expect(preload).toContain("contextBridge.exposeInMainWorld");
  expect(preload).not.toMatch(/:\s*ipcRenderer\b(?!\.)/);
  const channels = [...preload.matchAll(/ipcRenderer\.(?:send|invoke|on)\(([^,)]*)/g)].map((match) => match[1]!);
  expect(channels.length).toBeGreaterThan(8);
  for (const channel of channels) expect(channel).toMatch(/^CHANNELS\.\w+$/);
});
