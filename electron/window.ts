/** The one window: sandboxed, isolated, kept on its own page. */
import { BrowserWindow, nativeTheme, shell } from "electron";
import { WINDOW_ORIGIN } from "./bridge.ts";
import { GONE_PATH } from "./page-protocol.ts";
import type { Places } from "./places.ts";
import { isOurPage, mayOpenOutside } from "./rules.ts";
import { keepWindowState, loadWindowState } from "./window-state.ts";

/** The page's own background: no flash before its first picture. */
const BACKGROUND = { light: "#f7f7f5", dark: "#101012" };

export function openWindow({ preload, icon }: Places, stateFile: string, address: string): BrowserWindow {
  const state = loadWindowState(stateFile);
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: "Secondlook",
    icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
  });
  keepWindowState(window, stateFile);
  window.once("ready-to-show", () => {
    // Not before: it would show an empty window.
    if (state.maximized) window.maximize();
    window.show();
  });
  const contents = window.webContents;
  contents.on("will-navigate", (event, url) => {
    if (!isOurPage(url)) event.preventDefault();
  });
  contents.on("will-redirect", (event, url) => {
    if (!isOurPage(url)) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url);
    return { action: "deny" };
  });
  contents.on("render-process-gone", (_event, { reason }) => {
    if (reason !== "clean-exit") void window.loadURL(WINDOW_ORIGIN + GONE_PATH);
  });
  void window.loadURL(address);
  return window;
}
