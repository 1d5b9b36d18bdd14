/**
 * Loaded by the service's Node before anything else (`--require`), when the shell starts it. Chromium leaves sockets to its
 * helper processes open across `exec`: held by a service that outlives the window, they would keep those helpers alive
 * for ever. At this moment Node itself has opened no socket yet, so every one beyond the standard three came from the
 * shell; the close-on-exec flag alone does not tell, because Node sets it on what it inherits.
 */
import { closeSync, readdirSync, readlinkSync } from "node:fs";

const FOLDER = "/proc/self/fd";
const LAST_STANDARD = 2;

if (process.platform === "linux") {
  for (const name of readdirSync(FOLDER)) {
    const descriptor = Number(name);
    if (descriptor <= LAST_STANDARD) continue;
    try {
      if (readlinkSync(`${FOLDER}/${name}`).startsWith("socket:")) closeSync(descriptor);
    } catch {
      // The descriptor that listed the folder is closed by now.
    }
  }
}
