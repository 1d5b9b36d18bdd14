/**
 * Where the window is, kept in the address's fragment: every view can be linked, and back and forward work.
 * `#/runs`, `#/runs/ID`, `#/runs/ID/rollouts?step=12&group=12-0&rollout=3`, `#/recipes/video-r1`, `#/system`.
 */
export type Route =
  | { readonly screen: "runs" }
  | { readonly screen: "live"; readonly run: string; readonly tab: LiveTab }
  | {
      readonly screen: "rollouts";
      readonly run: string;
      readonly step: number | null;
      readonly pair: string | null;
      readonly rollout: number | null;
    }
  | { readonly screen: "recipes"; readonly recipe: string | null }
  | { readonly screen: "system" };

export const LIVE_TABS = ["overview", "metrics", "configuration", "messages"] as const;
export type LiveTab = (typeof LIVE_TABS)[number];

const numberOrNull = (text: string | null) => (text !== null && /^\d+$/.test(text) ? Number(text) : null);

/** Reads a fragment; what is not understood leads to the list of runs. */
export function parseRoute(fragment: string): Route {
  const [path = "", search = ""] = fragment.replace(/^#?\/?/, "").split("?");
  const [first, second, third] = path.split("/").map(decodeURIComponent);
  const query = new URLSearchParams(search);
  if (first === "runs" && second && third === "rollouts") {
    return {
      screen: "rollouts",
      run: second,
      step: numberOrNull(query.get("step")),
      pair: query.get("pair"),
      rollout: numberOrNull(query.get("rollout")),
    };
  }
  if (first === "runs" && second) {
    return { screen: "live", run: second, tab: LIVE_TABS.find((tab) => tab === third) ?? "overview" };
  }
  if (first === "recipes") return { screen: "recipes", recipe: second || null };
  if (first === "system") return { screen: "system" };
  return { screen: "runs" };
}

/** The fragment of a route, with `#`. */
export function formatRoute(route: Route): string {
  switch (route.screen) {
    case "runs":
      return "#/runs";
    case "live":
      return `#/runs/${encodeURIComponent(route.run)}${route.tab === "overview" ? "" : `/${route.tab}`}`;
    case "rollouts": {
      const query = new URLSearchParams();
      if (route.step !== null) query.set("step", String(route.step));
      if (route.pair !== null) query.set("pair", route.pair);
      if (route.rollout !== null) query.set("rollout", String(route.rollout));
      const search = query.toString();
      return `#/runs/${encodeURIComponent(route.run)}/rollouts${search ? `?${search}` : ""}`;
    }
    case "recipes":
      return route.recipe ? `#/recipes/${encodeURIComponent(route.recipe)}` : "#/recipes";
    case "system":
      return "#/system";
  }
}
