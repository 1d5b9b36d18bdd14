/** What opens over the screens. */
import type { Page } from "playwright-core";
import type { Opened } from "./dialogs.ts";

/**
 * @param run has trained with RL and has rollouts at `step`
 * @param dataset an imported one, if there is any
 */
export function dialogsOf(run: string, step: number, dataset: string | null): Opened[] {
  const markFirst = async (page: Page): Promise<void> => {
    const box = page.getByRole("grid", { name: "Runs" }).getByRole("checkbox").first();
    await box.waitFor({ timeout: 20_000 });
    await box.check();
  };
  return [
    { name: "the palette", screen: "#/runs", opener: "key:Control+k" },
    { name: "the keyboard shortcuts", screen: "#/runs", opener: "key:?" },
    {
      name: "the menu of views",
      screen: "#/runs",
      opener: (page) => page.getByRole("button", { name: /^View/ }),
      menu: true,
    },
    { name: "the menu of groups", screen: "#/runs", opener: "Group by", menu: true },
    { name: "the menu of columns", screen: "#/runs", opener: "Columns", menu: true },
    { name: "name, tags and note of a run", screen: "#/runs", opener: "Name, tags, note", before: markFirst },
    { name: "the import of data", screen: "#/data", opener: "Import" },
    ...(dataset ? [{ name: "the removal of a dataset", screen: `#/data/${dataset}`, opener: "Remove" }] : []),
    { name: "a new evaluation", screen: "#/evals", opener: "New evaluation" },
    { name: "the import of results", screen: "#/evals", opener: "Import" },
    {
      name: "the replay of an answer",
      screen: `#/runs/${run}/rollouts?step=${step}`,
      opener: "Replay",
      before: (page) => page.locator("[data-rollout]").first().click({ timeout: 20_000 }),
    },
    { name: "an enlarged curve", screen: `#/runs/${run}`, opener: "Enlarge Reward" },
    { name: "the deletion of a run", screen: "#/system", opener: "Delete" },
  ];
}
