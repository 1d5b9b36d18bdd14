/** The desktop shell: one window on the page, and the service behind it found or started. It does nothing else. */
import { app, crashReporter, dialog, session } from "electron";
import type { BrowserWindow } from "electron";
import { join } from "node:path";
import { answerMessages } from "./messages.ts";
import { setMenu } from "./menu.ts";
import { registerPageScheme, servePage } from "./page-protocol.ts";
import { findPlaces } from "./places.ts";
import { findOrStartService } from "./service.ts";
import { openWindow } from "./window.ts";

/** Asked by the page; everything else is refused. */
const PERMISSIONS = new Set(["clipboard-sanitized-write", "fullscreen", "notifications"]);

let window: BrowserWindow | null = null;

function focusWindow(): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.focus();
}

function start(): void {
  const places = findPlaces();
  servePage(places.window);
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(PERMISSIONS.has(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => PERMISSIONS.has(permission));
  let reported = false;
  answerMessages({
    window: () => window,
    access: async () => {
      try {
        return await findOrStartService(places);
      } catch (error) {
        // The page tries again by itself: the dialog comes once.
        if (!reported) dialog.showErrorBox("Secondlook's service did not start", (error as Error).message);
        reported = true;
        throw error;
      }
    },
  });
  setMenu([], () => undefined);
  const open = () => {
    window = openWindow(places.preload, join(app.getPath("userData"), "window.json"));
    window.on("closed", () => (window = null));
  };
  open();
  app.on("activate", () => window ?? open());
}

// Dumps stay on this machine.
crashReporter.start({ uploadToServer: false });
registerPageScheme();
// Root can run Electron only without the operating system's sandbox (tests in containers do); both at once end it.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
if (app.requestSingleInstanceLock()) {
  app.on("second-instance", focusWindow);
  app.on("window-all-closed", () => {
    // Runs and service go on: closing the window only closes the window.
    if (process.platform !== "darwin") app.quit();
  });
  void app.whenReady().then(start);
} else {
  app.quit();
}
