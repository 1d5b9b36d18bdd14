/** Answers the page's messages. Every one is checked for its sender before anything else: only our own page may ask. */
import { dialog, ipcMain, nativeTheme } from "electron";
import type { BrowserWindow, OpenDialogOptions } from "electron";
import { CHANNELS } from "./bridge.ts";
import type { ServiceAccess } from "../contract/desktop.ts";
import { asMenuEntries, isOurPage, progressOf } from "./rules.ts";
import { setMenu } from "./menu.ts";

/** Registers the answer to a question; somebody else's is rejected. */
function answer(channel: string, work: (...values: unknown[]) => unknown): void {
  ipcMain.handle(channel, (event, ...values: unknown[]) => {
    const url = event.senderFrame?.url;
    if (!isOurPage(url)) throw new Error(`A message from ${url ?? "an unknown frame"} was refused.`);
    return work(...values);
  });
}

/** Registers what a message does. Somebody else's does nothing: an error here would come as a dialog of the system's. */
function listen(channel: string, work: (...values: unknown[]) => void): void {
  ipcMain.on(channel, (event, ...values: unknown[]) => {
    if (isOurPage(event.senderFrame?.url)) work(...values);
  });
}

export interface MessageHandlers {
  readonly access: () => Promise<ServiceAccess>;
  readonly window: () => BrowserWindow | null;
  readonly livingRuns: (count: number) => void;
  readonly raise: () => void;
  /** The page follows links from now on. */
  readonly listening: () => void;
  readonly restart: () => Promise<void>;
}

/** Registers the answers; called once. */
export function answerMessages({ access, window, livingRuns, raise, listening, restart }: MessageHandlers): void {
  const choose = async (options: OpenDialogOptions): Promise<string | null> => {
    const owner = window();
    if (!owner) return null;
    const { canceled, filePaths } = await dialog.showOpenDialog(owner, options);
    return canceled ? null : (filePaths[0] ?? null);
  };
  answer(CHANNELS.access, access);
  answer(CHANNELS.restart, restart);
  answer(CHANNELS.folder, (title) => choose({ title: String(title), properties: ["openDirectory"] }));
  answer(CHANNELS.file, (title, extensions) => {
    const kinds = Array.isArray(extensions) ? extensions.map(String) : [];
    const filters = [{ name: kinds.join(", "), extensions: kinds }];
    return choose({ title: String(title), properties: ["openFile"], filters });
  });
  listen(CHANNELS.theme, (choice) => {
    if (choice === "light" || choice === "dark" || choice === "system") nativeTheme.themeSource = choice;
  });
  listen(CHANNELS.raise, raise);
  listen(CHANNELS.listening, listening);
  listen(CHANNELS.progress, (share) => window()?.setProgressBar(progressOf(share)));
  listen(CHANNELS.living, (count) => {
    if (Number.isSafeInteger(count)) livingRuns(count as number);
  });
  listen(CHANNELS.menu, (entries) =>
    setMenu(asMenuEntries(entries), (id) => window()?.webContents.send(CHANNELS.action, id)),
  );
}
