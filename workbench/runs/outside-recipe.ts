/** A recipe in a folder that somebody trusts: checked by a process of the trainer, never imported here. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { PRODUCT_FOLDER } from "./launch.ts";

export interface OutsideRecipe {
  readonly id: string;
  readonly title: string;
  /** The one asked for, else the recipe's first choice. */
  readonly preset: string;
  /** Absolute. */
  readonly folder: string;
}

/**
 * Executes the recipe's code, so only call it for a folder that was named on the command line.
 * @throws Error with the check's sentence when the recipe, the preset or a setting is wrong.
 */
export async function checkOutsideRecipe(
  folder: string,
  id: string,
  preset: string | undefined,
  overrides: Readonly<Record<string, unknown>>,
): Promise<OutsideRecipe> {
  const path = resolve(folder);
  const script = join(PRODUCT_FOLDER, "trainer", "recipe-main.ts");
  const quiet = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  const args = [...quiet, script, path, id, preset ?? "", JSON.stringify(overrides)];
  const child = spawn(process.execPath, args, { cwd: PRODUCT_FOLDER, stdio: ["ignore", "pipe", "pipe"] });
  const said = { output: "", errors: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.output += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (said.errors += chunk.toString("utf8")));
  const code = await new Promise<number | null>((done, failed) => child.on("error", failed).on("close", done));
  if (code !== 0) throw new Error(said.errors.trim() || `The check of recipe ${id} in ${path} ended with ${code}.`);
  // A recipe may print while it is imported; the answer is the last line.
  const answer = JSON.parse(said.output.trim().split("\n").at(-1)!) as Omit<OutsideRecipe, "folder">;
  return { ...answer, folder: path };
}
