/** Where things lie: beside the sources in development, among the resources of a packaged app. */
import { app } from "electron";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export interface Places {
  /** The built page. */
  readonly window: string;
  readonly preload: string;
  /** The Node that runs the service, and the service's command line. */
  readonly node: string;
  readonly service: string;
  /** What that Node loads first: see `close-inherited.ts`. */
  readonly closeInherited: string;
  /** Runs, databases, the token. */
  readonly data: string;
}

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

export function findPlaces(): Places {
  const root = app.getAppPath();
  const data = dataFolder(process.argv, process.env);
  const program = process.platform === "win32" ? "node.exe" : "node";
  const base = { window: join(root, "dist", "window"), preload: join(root, ".vite", "build", "preload.cjs"), data };
  if (!app.isPackaged) {
    return {
      ...base,
      node: join(root, "node_modules", ".bin", program),
      service: join(root, "workbench", "cli.ts"),
      closeInherited: join(root, ".vite", "build", "close-inherited.cjs"),
    };
  }
  const resources = join(process.resourcesPath, "service");
  return {
    ...base,
    node: join(resources, program),
    service: join(resources, "workbench", "cli.ts"),
    closeInherited: join(resources, "close-inherited.cjs"),
  };
}
