/** What was measured of a system's claims, as the program carries it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SystemResult } from "../../contract/claims.ts";
import { RECIPES } from "../../science/recipes/index.ts";
import { PRODUCT_FOLDER } from "../scripts.ts";

/** Null for a system that was not measured, or that is none. */
export function measuredClaims(recipe: string): SystemResult | null {
  if (!RECIPES.some(({ id }) => id === recipe)) return null;
  const file = join(PRODUCT_FOLDER, "resources", "claims", `${recipe}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as SystemResult) : null;
}
