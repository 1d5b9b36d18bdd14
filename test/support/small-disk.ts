/** Disks that are full or read-only: a small file system of its own where the test may mount one (as root). */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export interface SmallDisk {
  /** Changes its size, or whether it may be written. */
  remount(options: string): void;
  unmount(): void;
}

const run = (...command: readonly [string, ...string[]]): boolean =>
  spawnSync(command[0], command.slice(1), { stdio: "ignore" }).status === 0;

/** Mounts a file system of `megabytes` at `folder`; null where this process may not. */
export function smallDisk(folder: string, megabytes: number): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  if (!run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder)) return null;
  return {
    remount: (options) => {
      if (!run("mount", "-o", `remount,${options}`, folder))
        throw new Error(`${folder} could not be mounted ${options}.`);
    },
    unmount: () => void run("umount", "-l", folder),
  };
}
