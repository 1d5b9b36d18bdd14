/** The façade between page and shell. No logic: each verb is one message. */
import { contextBridge, ipcRenderer, webUtils } from "electron";
import { CHANNELS } from "./bridge.ts";
import type { DesktopBridge, ServiceAccess } from "./bridge.ts";

const bridge: DesktopBridge = {
  platform: process.platform,
  serviceAccess: () => ipcRenderer.invoke(CHANNELS.access) as Promise<ServiceAccess>,
  publishMenu: (entries) => ipcRenderer.send(CHANNELS.menu, entries),
  onAction: (listener) => {
    ipcRenderer.removeAllListeners(CHANNELS.action);
    ipcRenderer.on(CHANNELS.action, (_event, id: string) => listener(id));
  },
  setTheme: (choice) => ipcRenderer.send(CHANNELS.theme, choice),
  chooseFolder: (title) => ipcRenderer.invoke(CHANNELS.folder, title) as Promise<string | null>,
  chooseFile: (title, extensions) => ipcRenderer.invoke(CHANNELS.file, title, extensions) as Promise<string | null>,
  pathOfFile: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld("secondlook", bridge);
