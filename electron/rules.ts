/** The shell's decisions as pure functions: what may be loaded, who may ask, where data lie. No Electron here. */
import { homedir } from "node:os";
import { join, normalize, resolve, sep } from "node:path";
import { pagePolicy } from "../contract/page.ts";
import { WINDOW_ORIGIN } from "./bridge.ts";
import type { MenuEntry } from "../contract/desktop.ts";

/** The value after `--data` on the command line. */
export function dataOption(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => argument === "--data" || argument.startsWith("--data="));
  if (at < 0) return undefined;
  return argv[at]!.includes("=") ? argv[at]!.slice("--data=".length) : argv[at + 1];
}

/** The same rule as the service's: the option, else SECONDLOOK_DATA, else the user's data folder. */
export function dataFolder(argv: readonly string[], environment: NodeJS.ProcessEnv): string {
  const share = environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  return resolve(dataOption(argv) ?? environment["SECONDLOOK_DATA"] ?? join(share, "secondlook"));
}

export const CONTENT_POLICY = pagePolicy({
  images: "'self' data: http://127.0.0.1:*",
  media: "http://127.0.0.1:*",
  connections: "'self' ws://127.0.0.1:* http://127.0.0.1:*",
});

/** The file below `root` that a path of the page names; null when it leads outside. */
export function pageFile(root: string, pathname: string): string | null {
  let decodedPath: string;
  try {
    decodedPath = decodeURIComponent(pathname === "/" ? "/index.html" : pathname);
  } catch {
    return null;
  }
  const file = join(root, normalize(decodedPath));
  return file.startsWith(root + sep) ? file : null;
}

/** Papers may be opened in the browser; nothing else leaves the window. */
const OUTSIDE = ["https://arxiv.org"];

/** Whether an address may be handed to the system's browser. */
export const mayOpenOutside = (url: string): boolean => OUTSIDE.some((origin) => url.startsWith(`${origin}/`));

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
const LEAST_VISIBLE_PX = 120;

/** Whether enough of the window would be on a screen to take hold of it. */
export function isReachable(bounds: Area, areas: readonly Area[]): boolean {
  return areas.some((area) => {
    const width = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
    const top = bounds.y >= area.y - 1 && bounds.y < area.y + area.height - LEAST_VISIBLE_PX;
    return width >= LEAST_VISIBLE_PX && top;
  });
}

/** The same bounds, no larger than the screen that shows most of them: it may have been another one when they were stored. */
export function fittedTo<Bounds extends Area>(bounds: Bounds, areas: readonly Area[]): Bounds {
  const overlap = (area: Area): number =>
    Math.max(0, Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)) *
    Math.max(0, Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y));
  const area = [...areas].sort((a, b) => overlap(b) - overlap(a))[0];
  if (!area) return bounds;
  return { ...bounds, width: Math.min(bounds.width, area.width), height: Math.min(bounds.height, area.height) };
}

export const LINK_SCHEME = "secondlook";
const LINK_SCREENS = new Set(["runs", "compare", "data", "recipes", "evals", "system"]);

/**
 * The fragment that a link (`secondlook://runs/ID?…`) leads to; null where it is none of ours. Only screens that show
 * something: the launch form, which a link could fill in, is not among them.
 */
export function linkFragment(link: unknown): string | null {
  if (typeof link !== "string" || link.length > 2000) return null;
  const match = /^secondlook:\/\/([a-z]+)((?:\/[A-Za-z0-9._~%-]+)*)\/?(\?[A-Za-z0-9._~%=&-]*)?$/.exec(link);
  if (!match || !LINK_SCREENS.has(match[1]!)) return null;
  const path = match[2] ?? "";
  if (path.split("/").some((part) => /^\.+$/.test(decoded(part)) || decoded(part).includes("/"))) return null;
  return `#/${match[1]!}${path}${match[3] ?? ""}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not understood: as bad as a path that leads elsewhere.
    return "..";
  }
}

/** The first link among the arguments that the program was started with. */
export function linkOfArguments(argv: readonly string[]): string | null {
  return argv.map(linkFragment).find((fragment) => fragment !== null) ?? null;
}

/** Share of the task bar's progress; anything that is no number between 0 and 1 takes it away. */
export function progressOf(value: unknown): number {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : -1;
}

/** Whether a message came from a frame of our page. */
export function isOurPage(url: string | undefined): boolean {
  return url !== undefined && url.startsWith(`${WINDOW_ORIGIN}/`);
}

/** The window listens for keys itself: accelerators are only shown. Sequences such as `g r` cannot be shown as one. */
export function acceleratorOf(shortcut: string | null): string | undefined {
  const first = shortcut?.split(" or ")[0];
  if (!first || /\s/.test(first)) return undefined;
  return first.replace("Ctrl+", "CmdOrCtrl+");
}

/** What came over the channel, if it is a list of menu entries. */
export function asMenuEntries(value: unknown): readonly MenuEntry[] {
  if (!Array.isArray(value) || value.length > 200) return [];
  return value.filter(
    (entry): entry is MenuEntry =>
      typeof entry === "object" &&
      entry !== null &&
      ["id", "label", "group"].every((key) => typeof (entry as Record<string, unknown>)[key] === "string") &&
      typeof (entry as MenuEntry).enabled === "boolean",
  );
}
