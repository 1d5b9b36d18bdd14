/** Size and place of the window from one start to the next, and the theme that its first picture has. */
import { nativeTheme, screen } from "electron";
import type { BrowserWindow, Rectangle } from "electron";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { fittedTo, isReachable } from "./rules.ts";

export interface WindowState {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
  readonly theme: typeof nativeTheme.themeSource;
}

const DEFAULT_SIZE = { width: 1440, height: 920 };
const THEMES: readonly string[] = ["light", "dark", "system"];

function readState(file: string): Partial<WindowState> {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as Partial<WindowState> | null) ?? {};
  } catch {
    // No state yet, or a damaged one: the default is as good.
    return {};
  }
}

/** What was stored, if it still fits the screens; else a window of the usual size in the middle. Sets the stored theme. */
export function loadWindowState(file: string): { bounds: Partial<Rectangle>; maximized: boolean } {
  const { bounds, maximized, theme } = readState(file);
  if (theme !== undefined && THEMES.includes(theme)) nativeTheme.themeSource = theme;
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  if (isPlace(bounds) && isReachable(bounds, areas))
    return { bounds: fittedTo(bounds, areas), maximized: maximized === true };
  const { width, height } = screen.getPrimaryDisplay().workAreaSize;
  return {
    bounds: { width: Math.min(DEFAULT_SIZE.width, width), height: Math.min(DEFAULT_SIZE.height, height) },
    maximized: false,
  };
}

const isPlace = (bounds: Rectangle | undefined): bounds is Rectangle =>
  bounds !== undefined && [bounds.x, bounds.y, bounds.width, bounds.height].every(Number.isInteger);

/** Stores the state when the window closes. */
export function keepWindowState(window: BrowserWindow, file: string): void {
  window.on("close", () => {
    const { themeSource: theme } = nativeTheme;
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized(), theme };
    try {
      // Whole or not at all.
      writeFileSync(`${file}.tmp`, JSON.stringify(state));
      renameSync(`${file}.tmp`, file);
    } catch {
      // A window that forgets its size is no reason to keep it from closing.
    }
  });
}
