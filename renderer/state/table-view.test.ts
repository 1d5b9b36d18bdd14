import { expect, it } from "vitest";
import { formatRoute, parseRoute } from "./address.ts";
import { changesTo, DEFAULT_VIEW } from "./table-view.ts";

it("stands in a link with what differs from the default, and is read back", () => {
  const view = {
    ...DEFAULT_VIEW,
    text: "kl>0.1 -state:failed",
    tags: ["paper", "seed study"],
    columns: [],
    sort: "setting:rl.klBeta",
    descending: false,
    group: "seedless",
  };
  const table = changesTo(DEFAULT_VIEW, view);
  expect(Object.keys(table).sort()).toEqual(["columns", "descending", "group", "sort", "tags", "text"]);
  const route = { screen: "runs", table } as const;
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

it("is no part of the plain list's address; a saved view is named by its id", () => {
  expect(formatRoute({ screen: "runs" })).toBe("#/runs");
  expect(formatRoute({ screen: "runs", view: "1a2b" })).toBe("#/runs?view=1a2b");
  expect(parseRoute("#/runs?view=1a2b")).toEqual({ screen: "runs", view: "1a2b" });
});
