/** Size and place of the window from one start to the next. */
import { screen } from "electron";
import type { BrowserWindow, Rectangle } from "electron";
import { readFileSync, writeFileSync } from "node:fs";
import { isReachable } from "./rules.ts";

export interface WindowState {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

const DEFAULT_SIZE = { width: 1440, height: 920 };

/** What was stored, if it still fits the screens; else a window of the usual size in the middle. */
export function loadWindowState(file: string): { bounds: Partial<Rectangle>; maximized: boolean } {
  try {
    const state = JSON.parse(readFileSync(file, "utf8")) as WindowState;
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    if (isReachable(state.bounds, areas)) return state;
  } catch {
    // No state yet, or a damaged one: the default is as good.
  }
  const { width, height } = screen.getPrimaryDisplay().workAreaSize;
  return {
    bounds: { width: Math.min(DEFAULT_SIZE.width, width), height: Math.min(DEFAULT_SIZE.height, height) },
    maximized: false,
  };
}

/** Stores the state when the window closes. */
export function keepWindowState(window: BrowserWindow, file: string): void {
  window.on("close", () => {
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(file, JSON.stringify(state));
    } catch {
      // A window that forgets its size is no reason to keep it from closing.
    }
  });
}
