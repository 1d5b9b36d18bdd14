/** The application menu: the system's own entries, and the window's actions as the window publishes them. */
import { Menu } from "electron";
import type { MenuItemConstructorOptions } from "electron";
import type { MenuEntry } from "../contract/desktop.ts";
import { acceleratorOf } from "./rules.ts";

function groupMenu(
  group: string,
  entries: readonly MenuEntry[],
  perform: (id: string) => void,
): MenuItemConstructorOptions {
  const actions = entries.map((entry): MenuItemConstructorOptions => {
    const accelerator = acceleratorOf(entry.shortcut);
    return {
      label: entry.label,
      enabled: entry.enabled,
      click: () => perform(entry.id),
      ...(accelerator ? { accelerator, registerAccelerator: false } : {}),
    };
  });
  const separator = actions.length > 0 ? [{ type: "separator" as const }] : [];
  return { label: group, submenu: group === VIEW ? [...actions, ...separator, ...ZOOM] : actions };
}

const VIEW = "View";
const ZOOM: readonly MenuItemConstructorOptions[] = [
  { role: "zoomIn" },
  { role: "zoomOut" },
  { role: "resetZoom" },
  { type: "separator" },
  { role: "togglefullscreen" },
];

/** Sets the menu; called anew whenever the window's actions change. */
export function setMenu(entries: readonly MenuEntry[], perform: (id: string) => void): void {
  const groups = [...new Set([...entries.map((entry) => entry.group), VIEW])];
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === "darwin" ? [{ role: "appMenu" as const }] : [{ role: "fileMenu" as const }]),
    { role: "editMenu" },
    ...groups.map((group) =>
      groupMenu(
        group,
        entries.filter((entry) => entry.group === group),
        perform,
      ),
    ),
    { role: "windowMenu" },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
