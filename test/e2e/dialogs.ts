/**
 * Everything that opens over a screen: no serious fault of axe-core in either theme, the focus goes in, stays in while it is
 * a dialog, and goes back to where it came from when Escape closes it.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { waitFor } from "../support/processes.ts";
import { faultsWithin } from "./accessibility.ts";
import type { Claim } from "./rollouts.ts";

export interface Opened {
  readonly name: string;
  /** Fragment of the screen's address. */
  readonly screen: string;
  /** What opens it; a text that begins with `key:` is pressed. */
  readonly opener: string | ((page: Page) => Locator);
  /** A menu lets the focus go on to the rest of the page. */
  readonly menu?: boolean;
  readonly before?: (page: Page) => Promise<void>;
}

/** More than any of them has to tab through before the focus comes round. */
const TABS = 40;

export async function claimDialogs(page: Page, claim: Claim, all: readonly Opened[]): Promise<void> {
  for (const opened of all) {
    await claim(`${opened.name}: accessible in both themes, holds the focus, Escape gives it back`, () =>
      checkDialog(page, opened),
    );
  }
}

async function checkDialog(page: Page, { screen, opener, menu = false, before }: Opened): Promise<void> {
  await page.evaluate((fragment) => (location.hash = fragment), screen);
  await before?.(page);
  const dialog = page.getByRole("dialog");
  const from = await open(page, opener);
  await dialog.waitFor({ timeout: 15_000 });
  await waitFor("the focus in the dialog", () => isInside(page), 5_000);
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(400);
    for (const { id, help, nodes } of await faultsWithin(page, '[role="dialog"]')) {
      found.push(`${colorScheme}: ${id} (${help})\n    ${nodes.join("\n    ")}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
  if (!menu) {
    for (let tab = 0; tab < TABS; tab++) {
      await page.keyboard.press(tab % 7 === 6 ? "Shift+Tab" : "Tab");
      assert.ok(await isInside(page), `the focus left the dialog after ${tab + 1} tabs`);
    }
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached", timeout: 5_000 });
  if (from === null) return;
  // It goes back a moment after the dialog is gone.
  const isBack = () => page.evaluate((name) => document.activeElement?.getAttribute("data-opener") === name, from);
  const elsewhere = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? "nothing");
  await waitFor("the focus on what opened the dialog", isBack, 2_000).catch(async (error: unknown) => {
    throw new Error(`The focus went to ${await elsewhere()}`, { cause: error });
  });
}

/** Marks what opens it, to know it again. */
async function open(page: Page, opener: Opened["opener"]): Promise<string | null> {
  if (typeof opener === "string" && opener.startsWith("key:")) {
    await page.keyboard.press(opener.slice("key:".length));
    return null;
  }
  const button =
    typeof opener === "string" ? page.locator("main").getByRole("button", { name: opener }).first() : opener(page);
  await button.waitFor({ timeout: 20_000 });
  const name = String(Date.now());
  await button.evaluate((element, mark) => element.setAttribute("data-opener", mark), name);
  await button.focus();
  await page.keyboard.press("Enter");
  return name;
}

const isInside = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);
