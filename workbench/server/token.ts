/** The service's token: 32 random bytes in a file that only its owner reads, and what is proved or signed with it. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";

/** Reads the data folder's token, making it at first use. */
export function serviceToken(data: string): string {
  const file = join(data, DATA_FOLDER.token);
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}

export const hmac = (token: string, text: string): string => createHmac("sha256", token).update(text).digest("hex");

/** Compares in constant time. */
export function sameSecret(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
