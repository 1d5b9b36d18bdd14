/** The route that the window shows, bound to the address; `address.ts` says how a route is written. */
import { create } from "zustand";
import { formatRoute, parseRoute } from "./address.ts";
import type { Route } from "./address.ts";

const LAST_RUN_KEY = "secondlook.lastRun";

export const useRoute = create<{ route: Route; lastRun: string | null }>(() => ({
  route: parseRoute(window.location.hash),
  lastRun: sessionStorage.getItem(LAST_RUN_KEY),
}));

function follow(): void {
  const route = parseRoute(window.location.hash);
  if ("run" in route && route.run !== undefined) {
    sessionStorage.setItem(LAST_RUN_KEY, route.run);
    useRoute.setState({ route, lastRun: route.run });
  } else useRoute.setState({ route });
}
window.addEventListener("hashchange", follow);
follow();

/** Goes to a view; `replace` for moves that Back should not step through (scrubbing, selecting). */
export function navigate(route: Route, how: "push" | "replace" = "push"): void {
  const fragment = formatRoute(route);
  if (fragment === window.location.hash) return;
  if (how === "push") window.location.hash = fragment;
  else {
    history.replaceState(null, "", fragment);
    follow();
  }
}
