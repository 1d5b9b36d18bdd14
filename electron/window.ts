/** The one window: sandboxed, isolated, kept on its own page. */
import { BrowserWindow, shell } from "electron";
import { WINDOW_ORIGIN } from "./bridge.ts";
import { GONE_PATH } from "./page-protocol.ts";
import { isOurPage } from "./rules.ts";
import { keepWindowState, loadWindowState } from "./window-state.ts";

/** Papers may be opened in the browser; nothing else leaves the window. */
const OUTSIDE = ["https://arxiv.org"];

export function openWindow(preload: string, stateFile: string, address: string): BrowserWindow {
  const state = loadWindowState(stateFile);
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: "Secondlook",
    backgroundColor: "#101012",
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
  });
  if (state.maximized) window.maximize();
  keepWindowState(window, stateFile);
  window.once("ready-to-show", () => window.show());
  const contents = window.webContents;
  contents.on("will-navigate", (event, url) => {
    if (!isOurPage(url)) event.preventDefault();
  });
  contents.on("will-redirect", (event, url) => {
    if (!isOurPage(url)) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (OUTSIDE.some((origin) => url.startsWith(`${origin}/`))) void shell.openExternal(url);
    return { action: "deny" };
  });
  contents.on("render-process-gone", (_event, { reason }) => {
    if (reason !== "clean-exit") void window.loadURL(WINDOW_ORIGIN + GONE_PATH);
  });
  void window.loadURL(address);
  return window;
}
