/** Answers the page's messages. Every one is checked for its sender: only our own page may ask. */
import { dialog, ipcMain, nativeTheme } from "electron";
import type { IpcMainEvent, IpcMainInvokeEvent, BrowserWindow } from "electron";
import { CHANNELS } from "./bridge.ts";
import type { ServiceAccess } from "./bridge.ts";
import { asMenuEntries, isOurPage, progressOf } from "./rules.ts";
import { setMenu } from "./menu.ts";

function requireOurPage(event: IpcMainEvent | IpcMainInvokeEvent): void {
  const url = event.senderFrame?.url;
  if (!isOurPage(url)) throw new Error(`A message from ${url ?? "an unknown frame"} was refused.`);
}

export interface MessageHandlers {
  readonly access: () => Promise<ServiceAccess>;
  readonly window: () => BrowserWindow | null;
  readonly livingRuns: (count: number) => void;
  readonly raise: () => void;
}

/** Registers the answers; called once. */
export function answerMessages({ access, window, livingRuns, raise }: MessageHandlers): void {
  ipcMain.handle(CHANNELS.access, (event) => {
    requireOurPage(event);
    return access();
  });
  ipcMain.handle(CHANNELS.folder, async (event, title: unknown) => {
    requireOurPage(event);
    const owner = window();
    if (!owner) return null;
    const chosen = await dialog.showOpenDialog(owner, { title: String(title), properties: ["openDirectory"] });
    return chosen.filePaths[0] ?? null;
  });
  ipcMain.handle(CHANNELS.file, async (event, title: unknown, extensions: unknown) => {
    requireOurPage(event);
    const owner = window();
    if (!owner) return null;
    const kinds = Array.isArray(extensions) ? extensions.map(String) : [];
    const chosen = await dialog.showOpenDialog(owner, {
      title: String(title),
      properties: ["openFile"],
      filters: [{ name: kinds.join(", "), extensions: kinds }],
    });
    return chosen.filePaths[0] ?? null;
  });
  ipcMain.on(CHANNELS.theme, (event, choice: unknown) => {
    requireOurPage(event);
    if (choice === "light" || choice === "dark" || choice === "system") nativeTheme.themeSource = choice;
  });
  ipcMain.on(CHANNELS.raise, (event) => {
    requireOurPage(event);
    raise();
  });
  ipcMain.on(CHANNELS.progress, (event, share: unknown) => {
    requireOurPage(event);
    window()?.setProgressBar(progressOf(share));
  });
  ipcMain.on(CHANNELS.living, (event, count: unknown) => {
    requireOurPage(event);
    if (Number.isSafeInteger(count)) livingRuns(count as number);
  });
  ipcMain.on(CHANNELS.menu, (event, entries: unknown) => {
    requireOurPage(event);
    setMenu(asMenuEntries(entries), (id) => window()?.webContents.send(CHANNELS.action, id));
  });
}
