/** Light, dark, or what the system says. Kept in this browser. */
import { create } from "zustand";
import type { ThemeChoice } from "../../contract/desktop.ts";

const KEY = "secondlook.theme";
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

export const useTheme = create<{ choice: ThemeChoice; shown: "light" | "dark" }>(() => ({
  choice: "system",
  shown: "light",
}));

function show(choice: ThemeChoice): void {
  const shown = choice === "system" ? (systemIsDark.matches ? "dark" : "light") : choice;
  document.documentElement.dataset["theme"] = shown;
  useTheme.setState({ choice, shown });
}

/** Applies a choice and remembers it. */
export function setTheme(choice: ThemeChoice): void {
  localStorage.setItem(KEY, choice);
  window.secondlook?.setTheme(choice);
  show(choice);
}

/** Reads the remembered choice and follows the system; called once, before the first paint. */
export function startTheme(): void {
  const stored = localStorage.getItem(KEY);
  const choice = stored === "light" || stored === "dark" ? stored : "system";
  // The shell's own parts (dialogs, menus) follow.
  window.secondlook?.setTheme(choice);
  show(choice);
  systemIsDark.addEventListener("change", () => show(useTheme.getState().choice));
}
