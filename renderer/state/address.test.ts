import { expect, it } from "vitest";
import { formatRoute, parseRoute } from "./address.ts";
import type { Route } from "./address.ts";

it("writes every view as an address and reads it back", () => {
  const routes: Route[] = [
    { screen: "runs" },
    { screen: "live", run: "a b", tab: "overview" },
    { screen: "live", run: "x", tab: "metrics" },
    {
      screen: "live",
      run: "x",
      tab: "overview",
      axis: "wall",
      zoom: { from: 1_795_245_319_771, to: 1_795_245_825_109 },
    },
    { screen: "compare", runs: ["x", "y"], sample: null, axis: "tokens", zoom: { from: 0.5, to: 12_000.5 } },
    { screen: "rollouts", run: "x", step: 12, pair: "12-0", rollout: 3, view: "answers", sample: null },
    { screen: "rollouts", run: "x", step: null, pair: null, rollout: null, view: "what-if", sample: null },
    { screen: "rollouts", run: "x", step: 3, pair: null, rollout: null, view: "prompt", sample: "train-1&2" },
    { screen: "compare", runs: ["a b", "c,d"], sample: null },
    { screen: "compare", runs: [], sample: "heldout-1" },
    { screen: "data", dataset: null, tab: "report", row: null },
    { screen: "data", dataset: "d-00ff", tab: "shared", row: null },
    { screen: "data", dataset: "d-00ff", tab: "rows", row: 260_000 },
    { screen: "recipes", recipe: "video-r1" },
    { screen: "launch", recipe: "video-r1", preset: "tiny", from: null, checkpoint: null },
    { screen: "launch", recipe: null, preset: null, from: "x", checkpoint: "checkpoints/step-000080-sft" },
    { screen: "playground" },
    { screen: "playground", run: "x", rollout: 8192, measure: true },
    { screen: "playground", testCase: "case-00ff" },
    { screen: "system" },
  ];
  for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route);
});

it("shows the list of runs for an address that it does not understand", () => {
  expect(parseRoute("#/nowhere/at/all")).toEqual({ screen: "runs" });
  expect(parseRoute("")).toEqual({ screen: "runs" });
});

it("keeps what tokens are coloured by, and forgets what is no channel", () => {
  const route = parseRoute("#/runs/a/rollouts?step=3&color=entropy");
  expect(route).toMatchObject({ screen: "rollouts", step: 3, color: "entropy" });
  expect(formatRoute(route)).toBe("#/runs/a/rollouts?step=3&color=entropy");
  expect(parseRoute("#/runs/a/rollouts?color=mauve")).not.toHaveProperty("color");
});
