/** The desktop shell: one window on the page, and the service behind it found or started. It does nothing else. */
import { app, crashReporter, dialog, Notification, powerSaveBlocker, session } from "electron";
import type { BrowserWindow } from "electron";
import { join } from "node:path";
import { CHANNELS, WINDOW_ORIGIN } from "./bridge.ts";
import { answerMessages } from "./messages.ts";
import { setMenu } from "./menu.ts";
import { registerPageScheme, servePage } from "./page-protocol.ts";
import { findPlaces, type Places } from "./places.ts";
import { Links } from "./links.ts";
import { isOurPage, LINK_SCHEME, linkFragment, linkOfArguments } from "./rules.ts";
import { clearOldRuntimes, findOrStartService, restartService } from "./service.ts";
import { openWindow } from "./window.ts";

/** Asked by the page; everything else is refused. */
const PERMISSIONS = new Set(["clipboard-sanitized-write", "fullscreen", "notifications"]);

let window: BrowserWindow | null = null;
let livingRuns = 0;
const links = new Links(linkOfArguments(process.argv));
/** Opens the window once there can be one. */
let open: (() => void) | null = null;

function focusWindow(): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Goes where a link leads, in the window that there is, else in one that opens for it. */
function follow(fragment: string | null): void {
  if (fragment !== null) links.follow(fragment);
  if (window) focusWindow();
  else open?.();
}

/** Said once a close, by the system: the window that could say it is gone. */
function sayThatTrainingGoesOn(): void {
  if (livingRuns === 0 || !Notification.isSupported()) return;
  const runs = livingRuns === 1 ? "A run goes on" : `${livingRuns} runs go on`;
  const body = `${runs} in the background. Open Secondlook again to look at it or to stop it.`;
  new Notification({ title: "Training continues", body }).show();
}

let wakeLock: number | null = null;

/** While a run is alive and a window looks at it, the machine does not go to sleep; its screen may. */
function keepLivingRuns(count: number): void {
  livingRuns = count;
  if (count > 0) wakeLock ??= powerSaveBlocker.start("prevent-app-suspension");
  else if (wakeLock !== null) {
    powerSaveBlocker.stop(wakeLock);
    wakeLock = null;
  }
}

function start(places: Places): void {
  servePage(places.window);
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(PERMISSIONS.has(permission) && isOurPage(requestingUrl)),
  );
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission, origin) => PERMISSIONS.has(permission) && isOurPage(`${origin.replace(/\/$/, "")}/`),
  );
  let reported = false;
  answerMessages({
    window: () => window,
    livingRuns: keepLivingRuns,
    raise: focusWindow,
    listening: () => links.pageListens((fragment) => window?.webContents.send(CHANNELS.navigate, fragment)),
    restart: () => restartService(places),
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
  open = () => {
    const address = `${WINDOW_ORIGIN}/${links.takeWaiting() ?? ""}`;
    window = openWindow(places, join(app.getPath("userData"), "window.json"), address);
    window.webContents.on("did-navigate", () => links.pageIsGone());
    window.webContents.on("render-process-gone", () => links.pageIsGone());
    window.on("close", sayThatTrainingGoesOn);
    window.on("closed", () => {
      window = null;
      links.pageIsGone();
      keepLivingRuns(0);
    });
  };
  open();
  app.on("activate", () => {
    if (!window) open?.();
  });
}

// What Windows tells programs apart by, also whose notifications these are.
app.setAppUserModelId("org.secondlook.desktop");
// Dumps stay on this machine.
crashReporter.start({ uploadToServer: false });
registerPageScheme();
// Root can run Electron only without the operating system's sandbox (tests in containers do); both at once end it.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
if (app.requestSingleInstanceLock()) {
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  app.on("second-instance", (_event, argv) => follow(linkOfArguments(argv)));
  app.on("open-url", (event, link) => {
    event.preventDefault();
    follow(linkFragment(link));
  });
  app.on("window-all-closed", () => {
    // Runs and service go on: closing the window only closes the window.
    if (process.platform !== "darwin") app.quit();
  });
  const places = findPlaces();
  // Started while Chromium does; whether it failed, the page is told when it asks.
  findOrStartService(places).then(
    () => clearOldRuntimes(places),
    () => undefined,
  );
  void app.whenReady().then(() => start(places));
} else {
  app.quit();
}
