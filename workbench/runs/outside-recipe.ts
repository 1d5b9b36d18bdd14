/** A recipe in a folder that somebody trusts: checked by a process of the trainer, never imported here. */
import { resolve } from "node:path";
import { startScript } from "../scripts.ts";

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
  const child = startScript("trainer/recipe-main.ts", [path, id, preset ?? "", JSON.stringify(overrides)], {
    nodeOptions: ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"],
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { output: "", errors: "" };
  child.stdout!.on("data", (chunk: Buffer) => (said.output += chunk.toString("utf8")));
  child.stderr!.on("data", (chunk: Buffer) => (said.errors += chunk.toString("utf8")));
  const code = await new Promise<number | null>((done, failed) => child.on("error", failed).on("close", done));
  if (code !== 0) throw new Error(said.errors.trim() || `The check of recipe ${id} in ${path} ended with ${code}.`);
  // A recipe may print while it is imported; the answer is the last line.
  const answer = JSON.parse(said.output.trim().split("\n").at(-1)!) as Omit<OutsideRecipe, "folder">;
  return { ...answer, folder: path };
}
