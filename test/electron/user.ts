/**
 * An ordinary user to run the desktop as. Root cannot have Chromium's sandbox, and most containers are root: there it is
 * `nobody`, with a home, a screen and a data folder of its own.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const NOBODY = 65534;
const IS_ROOT = process.getuid?.() === 0;

export class OrdinaryUser {
  readonly home: string;

  /** `folder`, that everything of the user lies in, is given to the user. */
  constructor(folder: string) {
    this.home = join(folder, "home");
    mkdirSync(this.home, { recursive: true });
    chmodSync(folder, 0o755);
    const screenKey = process.env["XAUTHORITY"];
    if (screenKey) copyFileSync(screenKey, join(this.home, "Xauthority"));
    this.own(this.home);
  }

  own(path: string): void {
    if (IS_ROOT) spawnSync("chown", ["-R", `${NOBODY}:${NOBODY}`, path], { stdio: "inherit" });
  }

  get environment(): NodeJS.ProcessEnv {
    const { DISPLAY, PATH, LANG } = process.env;
    const key = process.env["XAUTHORITY"] ? { XAUTHORITY: join(this.home, "Xauthority") } : {};
    return { DISPLAY, PATH, LANG, HOME: this.home, XDG_RUNTIME_DIR: this.home, ...key };
  }

  /** Starts a program as this user, its output in pipes. */
  start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(program, args, {
      cwd: this.home,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...this.environment, ...environment },
      ...(IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  /** Runs a program to its end. */
  async run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const child = this.start(program, args, environment);
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk: Buffer) => (output += chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    clearTimeout(timer);
    return { code, output };
  }
}
