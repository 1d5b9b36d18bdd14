/** Where things lie: beside the sources in development, among the resources of a packaged app. */
import { app } from "electron";
import { join } from "node:path";
import { dataFolder } from "./rules.ts";

export interface Places {
  /** The built page. */
  readonly window: string;
  readonly preload: string;
  /** The program's icon, for systems whose windows carry their own. */
  readonly icon: string;
  /** The Node that runs the service, and the service's command line. */
  readonly node: string;
  readonly service: string;
  /** What that Node loads first: see `close-inherited.ts`. */
  readonly closeInherited: string;
  /** Folder of the packaged program, which it copies itself from; null in development. */
  readonly packaged: string | null;
  /** Runs, databases, the token. */
  readonly data: string;
}

export function findPlaces(): Places {
  const root = app.getAppPath();
  const data = dataFolder(process.argv, process.env);
  const program = process.platform === "win32" ? "node.exe" : "node";
  const base = { window: join(root, "dist", "window"), preload: join(root, ".vite", "build", "preload.cjs"), data };
  if (!app.isPackaged) {
    return {
      ...base,
      icon: join(root, "resources", "icon.png"),
      packaged: null,
      node: join(root, "node_modules", ".bin", program),
      service: join(root, "workbench", "cli.ts"),
      closeInherited: join(root, ".vite", "build", "close-inherited.cjs"),
    };
  }
  const resources = join(process.resourcesPath, "service");
  return {
    ...base,
    icon: join(resources, "resources", "icon.png"),
    packaged: resources,
    node: join(resources, program),
    service: join(resources, "workbench", "cli.ts"),
    closeInherited: join(resources, "close-inherited.cjs"),
  };
}
