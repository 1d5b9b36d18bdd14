import { expect, it } from "vitest";
import { temporaryData } from "../testing/temporary.ts";
import { openUser } from "./databases.ts";
import { listViews, removeView, saveView } from "./saved-views.ts";

const view = {
  ...{ text: "kl>0.1", states: ["completed"], recipes: [], tags: ["paper"], archived: false },
  ...{ sort: "metric:kl", descending: true, columns: ["step", "setting:rl.klBeta"], group: "seedless" },
};

it("keeps views by name over a restart; saving again keeps the id, so that links go on working", () => {
  const data = temporaryData();
  const user = openUser(data);
  const { id } = saveView(user, "Paper", view);
  saveView(user, "another", { ...view, text: "" });
  saveView(user, "Paper", { ...view, text: "kl>0.2" });
  user.close();
  const again = openUser(data);
  expect(listViews(again).map(({ name }) => name)).toEqual(["another", "Paper"]);
  expect(listViews(again)[1]).toEqual({ id, name: "Paper", view: { ...view, text: "kl>0.2" } });
  expect(removeView(again, id)).toBe(true);
  expect(removeView(again, id)).toBe(false);
  again.close();
});
