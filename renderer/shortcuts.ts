/** Turns key presses into actions: single keys, keys with Ctrl or ⌘, and sequences such as `g r`. */
import { currentActions } from "./actions.ts";
import type { Action } from "./actions.ts";

const SEQUENCE_PAUSE_MS = 900;

/** The name of a key press as shortcuts write it: `n`, `N`, `Ctrl+K`, `Enter`, `Space`. */
export function keyName(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">): string {
  const key = event.key === " " ? "Space" : event.key;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${key.length === 1 ? key.toUpperCase() : key}`;
  return key;
}

/** The action whose shortcut the keys typed so far complete, or whether they begin one. */
export function matchKeys(actions: readonly Action[], typed: readonly string[]): Action | "prefix" | null {
  const text = typed.join(" ");
  let prefix = false;
  for (const action of actions) {
    for (const shortcut of action.shortcut?.split(" or ") ?? []) {
      if (shortcut === text && action.enabled !== false) return action;
      if (shortcut.startsWith(`${text} `)) prefix = true;
    }
  }
  return prefix ? "prefix" : null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Listens on the window; returns how to stop. */
export function listenForShortcuts(): () => void {
  let typed: string[] = [];
  let lastKeyAt = 0;
  const onKey = (event: KeyboardEvent) => {
    if (event.altKey || ["Shift", "Control", "Meta", "Alt"].includes(event.key)) return;
    const name = keyName(event);
    if (!name.startsWith("Ctrl+") && (isTyping(event.target) || document.querySelector("[role=dialog]"))) return;
    // Enter and Space belong to the button or link that has the focus.
    if ((name === "Enter" || name === "Space") && document.activeElement?.matches("button, a, video, [role=tab]"))
      return;
    if (event.timeStamp - lastKeyAt > SEQUENCE_PAUSE_MS) typed = [];
    lastKeyAt = event.timeStamp;
    const actions = currentActions();
    let match = matchKeys(actions, [...typed, name]);
    if (match === null && typed.length > 0) {
      typed = [];
      match = matchKeys(actions, [name]);
    }
    if (match === null) return;
    if (match === "prefix") return void typed.push(name);
    typed = [];
    event.preventDefault();
    match.perform();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
