/**
 * What the window asks of the program that shows it: the desktop shell's preload where there is one, else the browser.
 * Nothing else in the window knows the difference.
 */
import type { DesktopBridge, ServiceAccess } from "../contract/desktop.ts";

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
