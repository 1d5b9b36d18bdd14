/**
 * What the window asks of the program that shows it: the desktop shell's preload where there is one, else the browser.
 * Nothing else in the window knows the difference.
 */

/** Where the service listens (`http://127.0.0.1:PORT`) and the token that both sides prove to know. */
export interface ServiceAccess {
  readonly address: string;
  readonly token: string;
}

/** An entry of the application menu, made from the window's own registry of actions. */
export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly shortcut: string | null;
  readonly enabled: boolean;
}

/** The façade that the desktop shell's preload offers as `window.secondlook`. */
export interface DesktopBridge {
  readonly platform: string;
  serviceAccess(): Promise<ServiceAccess>;
  publishMenu(entries: readonly MenuEntry[]): void;
  onAction(listener: (id: string) => void): void;
  /** A link (`secondlook://runs/ID`) was opened: the fragment to go to. */
  onNavigate(listener: (fragment: string) => void): void;
  /** Shown on the task bar's icon: 0…1, or null for none. */
  setProgress(share: number | null): void;
  /** How many runs are alive: closing the window says that they go on. */
  setLivingRuns(count: number): void;
  setTheme(choice: "light" | "dark" | "system"): void;
  /** Brings the window to the front: a notification was clicked. */
  raise(): void;
  /** Ends a service of another version and starts this one's; runs go on. */
  restartService(): Promise<void>;
  chooseFolder(title: string): Promise<string | null>;
  /** `extensions` without dots, such as `["json", "jsonl"]`. */
  chooseFile(title: string, extensions: readonly string[]): Promise<string | null>;
  /** Where a file lies that was dropped on the window; a browser does not say. */
  pathOfFile(file: File): string;
}

declare global {
  interface Window {
    readonly secondlook?: DesktopBridge;
  }
}

const TOKEN_KEY = "secondlook.token";

/**
 * A browser gets the token in the address's fragment (`#token=…`): it is taken out of the address at once, so that it
 * stays out of history, bookmarks and copied links, and lives in this tab's session only.
 */
function takeTokenFromAddress(): string | null {
  const fragment = window.location.hash;
  const found = /[#&?]token=([^&]+)/.exec(fragment);
  if (!found) return sessionStorage.getItem(TOKEN_KEY);
  const token = decodeURIComponent(found[1]!);
  sessionStorage.setItem(TOKEN_KEY, token);
  const rest = fragment.replace(found[0], "").replace(/^#?&?/, "");
  history.replaceState(null, "", window.location.pathname + window.location.search + (rest ? `#${rest}` : ""));
  return token;
}

const tokenAtStart = window.secondlook ? null : takeTokenFromAddress();

/** Asked anew for every connection, as a restarted service may listen elsewhere. Null: the window has no token. */
export function serviceAccess(): () => Promise<ServiceAccess | null> {
  const desktop = window.secondlook;
  if (desktop) return () => desktop.serviceAccess();
  return () => Promise.resolve(tokenAtStart ? { address: window.location.origin, token: tokenAtStart } : null);
}
