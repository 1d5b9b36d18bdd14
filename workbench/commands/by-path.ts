/** Commands that the trainer does itself: started by path, in a process of their own, with this terminal. */
import { startScript } from "../scripts.ts";
import type { Command, OptionValues } from "./command.ts";

/** Exit code of a script of the product; signals to this process go to it too. */
export async function runScript(script: string, args: readonly string[]): Promise<number> {
  // In the terminal's folder: paths on the command line start there.
  const child = startScript(script, args, { cwd: process.cwd(), stdio: "inherit" });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** Options that were given, as they came. */
export function givenOptions(command: Pick<Command, "options">, values: OptionValues): string[] {
  return Object.keys(command.options).flatMap((name) => {
    const value = values[name];
    return value === true ? [`--${name}`] : typeof value === "string" ? [`--${name}`, value] : [];
  });
}
