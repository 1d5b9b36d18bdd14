/** Checks engine and science against the reference vectors that come along, in a process of their own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../contract/child-environment.ts";
import type { SelfTest } from "../contract/methods.ts";
import { PRODUCT_FOLDER } from "./runs/launch.ts";

const LIMIT_MS = 120_000;

/** A crash of the engine is an answer too. */
export async function selfTest(): Promise<SelfTest> {
  const started = performance.now();
  const script = join(PRODUCT_FOLDER, "test", "conformance", "main.ts");
  const vectors = join(PRODUCT_FOLDER, "test", "fixtures", "oracle");
  const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    const args = ["--disable-warning=ExperimentalWarning", script, vectors];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: PRODUCT_FOLDER,
      env: childEnvironment(process.env),
      timeout: LIMIT_MS,
    });
    return { ok: true, lines: linesOf(stdout), seconds: seconds() };
  } catch (error) {
    const { stdout = "", stderr = "", signal } = error as { stdout?: string; stderr?: string; signal?: string };
    const end = signal ? [`The process was ended by ${signal}.`] : [];
    return { ok: false, lines: [...linesOf(stdout), ...linesOf(stderr), ...end], seconds: seconds() };
  }
}
