/** What the window and the desktop shell say to each other: the façade that the shell's preload offers to the page. */

/** Where the service listens (`http://127.0.0.1:PORT`) and the token that both sides prove to know. */
export interface ServiceAccess {
  readonly address: string;
  readonly token: string;
}

/** An entry of the application menu, made by the window from its own registry of actions. */
export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly shortcut: string | null;
  readonly enabled: boolean;
}

export type ThemeChoice = "light" | "dark" | "system";

/** `window.secondlook` in the page. */
export interface DesktopBridge {
  readonly platform: string;
  serviceAccess(): Promise<ServiceAccess>;
  publishMenu(entries: readonly MenuEntry[]): void;
  onAction(listener: (id: string) => void): void;
  /** A link (`secondlook://runs/ID`) was opened: the fragment to go to. Links navigate and do nothing else. */
  onNavigate(listener: (fragment: string) => void): void;
  /** Shown on the task bar's icon: 0…1, or null for none. */
  setProgress(share: number | null): void;
  /** How many runs are alive: closing the window says that they go on. */
  setLivingRuns(count: number): void;
  setTheme(choice: ThemeChoice): void;
  /** Brings the window to the front: a notification was clicked. */
  raise(): void;
  /** Ends a service of another version and starts this one's; runs go on. Rejects with a sentence. */
  restartService(): Promise<void>;
  chooseFolder(title: string): Promise<string | null>;
  /** `extensions` without dots, such as `["json", "jsonl"]`. */
  chooseFile(title: string, extensions: readonly string[]): Promise<string | null>;
  /** Where a file lies that was dropped on the window; a browser does not say. */
  pathOfFile(file: File): string;
}
