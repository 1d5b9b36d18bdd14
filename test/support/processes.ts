/** Child processes of tests: the command line as a user runs it, with its output kept for the failure message. */
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface RunningCommand {
  readonly child: ChildProcess;
  output(): string;
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

export function startCommand(args: readonly string[], environment: Record<string, string> = {}): RunningCommand {
  const child = spawn(process.execPath, ["workbench/cli.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  return { child, ended, output: () => Buffer.concat(chunks).toString("utf8") };
}

/** Polls until `probe` answers; after `timeoutMs` throws `what` with the output so far. */
export async function waitFor<Value>(
  what: string,
  probe: () => Value | undefined | null | false | Promise<Value | undefined | null | false>,
  timeoutMs: number,
  context: () => string = () => "",
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}.\n${context()}`);
    await delay(20);
  }
}

/** Whole lines of a journal, parsed; a torn last line is left out. */
export function readJournal(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
