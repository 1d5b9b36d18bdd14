/** The façade between page and shell. No logic: each verb is one message. */
import { contextBridge, ipcRenderer, webUtils } from "electron";
import { CHANNELS } from "./bridge.ts";
import type { DesktopBridge, ServiceAccess } from "../contract/desktop.ts";

const bridge: DesktopBridge = {
  platform: process.platform,
  serviceAccess: () => ipcRenderer.invoke(CHANNELS.access) as Promise<ServiceAccess>,
  publishMenu: (entries) => ipcRenderer.send(CHANNELS.menu, entries),
  onAction: (listener) => {
    ipcRenderer.removeAllListeners(CHANNELS.action);
    ipcRenderer.on(CHANNELS.action, (_event, id: string) => listener(id));
  },
  onNavigate: (listener) => {
    ipcRenderer.removeAllListeners(CHANNELS.navigate);
    ipcRenderer.on(CHANNELS.navigate, (_event, fragment: string) => listener(fragment));
    ipcRenderer.send(CHANNELS.listening);
  },
  setProgress: (share) => ipcRenderer.send(CHANNELS.progress, share),
  setLivingRuns: (count) => ipcRenderer.send(CHANNELS.living, count),
  setTheme: (choice) => ipcRenderer.send(CHANNELS.theme, choice),
  raise: () => ipcRenderer.send(CHANNELS.raise),
  restartService: () => ipcRenderer.invoke(CHANNELS.restart) as Promise<void>,
  chooseFolder: (title) => ipcRenderer.invoke(CHANNELS.folder, title) as Promise<string | null>,
  chooseFile: (title, extensions) => ipcRenderer.invoke(CHANNELS.file, title, extensions) as Promise<string | null>,
  // Before Electron 29 there were no webUtils, and files knew their path.
  pathOfFile: (file) =>
    (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? (file as { path?: string }).path ?? "",
};

contextBridge.exposeInMainWorld("secondlook", bridge);
