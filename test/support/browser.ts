/** A headless Chromium from the system for end-to-end tests and screenshots. */
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** @throws a sentence with the remedy where no browser is installed. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["SECONDLOOK_CHROMIUM"] ?? CANDIDATES.find((path) => existsSync(path));
  if (!executablePath) {
    throw new Error(
      'No Chromium was found in /usr/bin; "npm run setup:system" installs it, or set SECONDLOOK_CHROMIUM.',
    );
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
