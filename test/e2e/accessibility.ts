/** axe-core over every screen: no serious or critical fault, in the light theme; contrast in the dark one too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import type { Claim } from "./rollouts.ts";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
/** Pictures and answers come after the screen itself. */
const SETTLE_MS = 1200;

export interface Found {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly string[];
}

async function faults(
  page: Page,
  rules: { readonly tags?: readonly string[]; readonly rule?: string; readonly within?: string },
): Promise<Found[]> {
  // Evaluated by the debugger: the page's content security policy stays as strict as it is.
  await page.evaluate(source);
  return page.evaluate(async ({ tags, rule, within }) => {
    const axe = (window as unknown as { axe: { run: (root: Document | string, options: object) => Promise<unknown> } })
      .axe;
    const runOnly = rule ? { type: "rule", values: [rule] } : { type: "tag", values: tags };
    const result = (await axe.run(within ?? document, { runOnly, resultTypes: ["violations"] })) as {
      violations: { id: string; impact: string; help: string; nodes: { target: string[]; html: string }[] }[];
    };
    return result.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, impact, help, nodes }) => ({
        id,
        impact,
        help,
        nodes: nodes.slice(0, 4).map(({ target, html }) => `${target.join(" ")} ${html.slice(0, 160)}`),
      }));
  }, rules);
}

/** Serious and critical faults of a part of what the page shows now. */
export const faultsWithin = (page: Page, selector: string): Promise<Found[]> =>
  faults(page, { tags: TAGS, within: selector });

/** `screens` are fragments of addresses. */
export async function claimAccessible(page: Page, claim: Claim, screens: readonly string[]): Promise<void> {
  for (const [scheme, rules] of [
    ["light", { tags: TAGS }],
    ["dark", { rule: "color-contrast" }],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await claim(`has no serious accessibility fault on ${screens.length} screens, ${scheme}`, async () => {
      const found: string[] = [];
      for (const screen of screens) {
        await page.evaluate((fragment) => (location.hash = fragment), screen);
        await page.waitForTimeout(SETTLE_MS);
        for (const { id, help, nodes } of await faults(page, rules)) {
          found.push(`${screen}: ${id} (${help})\n    ${nodes.join("\n    ")}`);
        }
      }
      assert.equal(found.length, 0, `\n${found.join("\n")}`);
    });
  }
  await page.emulateMedia({ colorScheme: null });
}
