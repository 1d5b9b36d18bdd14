/**
 * Where the window is, kept in the address's fragment: every view can be linked, and back and forward work.
 * `#/runs?group=seedless&column=step`, `#/runs?view=ID`, `#/runs/ID`, `#/runs/ID?x=wall&from=0&to=9`, `#/runs/ID/rollouts?step=12&pair=12-0&rollout=3`, `#/runs/ID/rollouts/what-if?step=12`,
 * `#/launch?recipe=video-r1&preset=tiny`, `#/launch?from=ID`, `#/compare?run=A&run=B`, `#/data/ID/rows/12`, `#/recipes/video-r1`, `#/system`.
 * `#/playground?run=ID&rollout=3&measure=frames`, `#/playground?case=ID`, `#/evals`, `#/evals/ID?model=1&view=shuffled&sample=q7`, `#/evals/ID?model=1&against=ID~0~ordered`.
 */
import { MEASURED_VIEWS } from "../../contract/evaluation.ts";
import type { TableView } from "../../contract/methods.ts";
import { CHART_AXES } from "../parts/chart-axis.ts";
import type { ChartAxis, ChartZoom } from "../parts/chart-axis.ts";
import { TOKEN_CHANNELS } from "../parts/token-heat.ts";
import type { TokenChannel } from "../parts/token-heat.ts";
import { readView, writeView } from "./table-view.ts";

export type MeasuredViewName = (typeof MEASURED_VIEWS)[number];
/** One model of an evaluation under one view. */
export interface EvalsSide {
  readonly evaluation: string;
  readonly model: number;
  readonly view: MeasuredViewName;
}
export interface EvalsRoute {
  readonly screen: "evals";
  /** Null: the matrix of all. */
  readonly evaluation: string | null;
  readonly model: number;
  readonly view: MeasuredViewName;
  /** The item that is open. */
  readonly sample: string | null;
  /** What it is compared with, question by question. */
  readonly against: EvalsSide | null;
}

/** What the screen's curves go over, and the stretch of it that is shown; kept out where it is the usual. */
interface ChartAddress {
  readonly axis?: ChartAxis;
  readonly zoom?: ChartZoom | null;
}

export type Route =
  | EvalsRoute
  | {
      readonly screen: "runs";
      /** A view that somebody saved, and what is changed of it, or of the usual table. */
      readonly view?: string | null;
      readonly table?: Partial<TableView>;
    }
  | {
      readonly screen: "launch";
      readonly recipe?: string | null;
      readonly preset?: string | null;
      /** A run to launch again with changes, and a checkpoint of it to branch from. */
      readonly from?: string | null;
      readonly checkpoint?: string | null;
    }
  | ({ readonly screen: "live"; readonly run: string; readonly tab: LiveTab } & ChartAddress)
  | {
      readonly screen: "rollouts";
      readonly run: string;
      readonly step: number | null;
      readonly pair: string | null;
      readonly rollout: number | null;
      /** Default: the answers of a step. */
      readonly view?: RolloutsView;
      /** The prompt that `view: "prompt"` follows over time. */
      readonly sample?: string | null;
      /** What tokens are coloured by, where it is not the usual. */
      readonly color?: TokenChannel;
    }
  | ({ readonly screen: "compare"; readonly runs: readonly string[]; readonly sample?: string | null } & ChartAddress)
  | {
      readonly screen: "data";
      readonly dataset: string | null;
      readonly tab: DataTab;
      /** One row of the dataset. */
      readonly row: number | null;
    }
  | { readonly screen: "recipes"; readonly recipe: string | null }
  | {
      readonly screen: "playground";
      /** A rollout of this run that is asked again. */
      readonly run?: string;
      readonly rollout?: number;
      /** Which frames its answer stands on is measured at once. */
      readonly measure?: boolean;
      /** A test case to fill in. */
      readonly testCase?: string;
    }
  | { readonly screen: "system" };

export const LIVE_TABS = ["overview", "metrics", "timing", "alerts", "control", "configuration", "messages"] as const;
export type LiveTab = (typeof LIVE_TABS)[number];

export const DATA_TABS = ["report", "rows", "shared"] as const;
export type DataTab = (typeof DATA_TABS)[number];

/** Ways to look at a run's rollouts. */
export const ROLLOUTS_VIEWS = ["answers", "what-if", "corrections", "map", "prompt"] as const;
export type RolloutsView = (typeof ROLLOUTS_VIEWS)[number];

/** Curves of more runs than this cannot be told apart. */
export const MOST_COMPARED = 20;

const LAUNCH_QUERY = ["recipe", "preset", "from", "checkpoint"] as const;

const numberOrNull = (text: string | null) => (text !== null && /^\d+$/.test(text) ? Number(text) : null);

const viewOrOrdered = (text: string | null | undefined): MeasuredViewName =>
  MEASURED_VIEWS.find((view) => view === text) ?? "ordered";

/** `ID~0~ordered`. */
function sideOf(text: string | null): EvalsSide | null {
  const [evaluation, model, view] = (text ?? "").split("~");
  const index = numberOrNull(model ?? null);
  return evaluation && index !== null ? { evaluation, model: index, view: viewOrOrdered(view) } : null;
}

/** Reads a fragment; what is not understood leads to the list of runs. */
export function parseRoute(fragment: string): Route {
  const [path = "", search = ""] = fragment.replace(/^#?\/?/, "").split("?");
  const [first, second, third, fourth] = path.split("/").map(decodeURIComponent);
  const query = new URLSearchParams(search);
  if (first === "runs" && second && third === "rollouts") {
    return {
      screen: "rollouts",
      run: second,
      step: numberOrNull(query.get("step")),
      pair: query.get("pair"),
      rollout: numberOrNull(query.get("rollout")),
      view: ROLLOUTS_VIEWS.find((view) => view === fourth) ?? "answers",
      sample: query.get("sample"),
      ...colorOf(query.get("color")),
    };
  }
  if (first === "runs" && second) {
    const tab = LIVE_TABS.find((name) => name === third) ?? "overview";
    return { screen: "live", run: second, tab, ...chartOf(query) };
  }
  if (first === "launch") {
    const [recipe, preset, from, checkpoint] = LAUNCH_QUERY.map((name) => query.get(name));
    return {
      screen: "launch",
      recipe: recipe ?? null,
      preset: preset ?? null,
      from: from ?? null,
      checkpoint: checkpoint ?? null,
    };
  }
  if (first === "compare") {
    const runs = query.getAll("run").slice(0, MOST_COMPARED);
    return { screen: "compare", runs, sample: query.get("sample"), ...chartOf(query) };
  }
  if (first === "data") {
    const tab = DATA_TABS.find((name) => name === third) ?? "report";
    return { screen: "data", dataset: second || null, tab, row: tab === "rows" ? numberOrNull(fourth ?? null) : null };
  }
  if (first === "evals") {
    return {
      screen: "evals",
      evaluation: second || null,
      model: numberOrNull(query.get("model")) ?? 0,
      view: viewOrOrdered(query.get("view")),
      sample: query.get("sample"),
      against: sideOf(query.get("against")),
    };
  }
  if (first === "recipes") return { screen: "recipes", recipe: second || null };
  if (first === "playground") return playgroundOf(query);
  if (first === "system") return { screen: "system" };
  const table = readView(query);
  const [view, isChanged] = [query.get("view"), Object.keys(table).length > 0];
  return { screen: "runs", ...(view === null ? {} : { view }), ...(isChanged ? { table } : {}) };
}

function colorOf(text: string | null): { readonly color?: TokenChannel } {
  const color = TOKEN_CHANNELS.find((name) => name === text);
  return color === undefined ? {} : { color };
}

function chartOf(query: URLSearchParams): ChartAddress {
  const axis = CHART_AXES.find((name) => name === query.get("x"));
  const [from, to] = ["from", "to"].map((name) => Number(query.get(name) ?? Number.NaN));
  const isZoomed = Number.isFinite(from) && Number.isFinite(to) && from! < to!;
  return { ...(axis ? { axis } : {}), ...(isZoomed ? { zoom: { from: from!, to: to! } } : {}) };
}

function writeChart({ axis, zoom }: ChartAddress, query: URLSearchParams): URLSearchParams {
  if (axis && axis !== "step") query.set("x", axis);
  if (zoom) {
    // Six digits of the stretch are finer than any screen.
    const digits = Math.max(0, 6 - Math.ceil(Math.log10(zoom.to - zoom.from)));
    query.set("from", String(Number(zoom.from.toFixed(digits))));
    query.set("to", String(Number(zoom.to.toFixed(digits))));
  }
  return query;
}

function playgroundOf(query: URLSearchParams): Route {
  const [run, rollout, testCase] = [query.get("run"), numberOrNull(query.get("rollout")), query.get("case")];
  return {
    screen: "playground",
    ...(run !== null && rollout !== null ? { run, rollout, measure: query.has("measure") } : {}),
    ...(testCase === null ? {} : { testCase }),
  };
}

const sorted = ({ evaluation, model, view }: EvalsSide) => [evaluation, model, view];

/** The fragment of a route, with `#`. */
export function formatRoute(route: Route): string {
  switch (route.screen) {
    case "runs": {
      const query = new URLSearchParams();
      if (route.view) query.set("view", route.view);
      writeView(route.table ?? {}, query);
      const search = query.toString();
      return `#/runs${search ? `?${search}` : ""}`;
    }
    case "live": {
      const search = writeChart(route, new URLSearchParams()).toString();
      const tab = route.tab === "overview" ? "" : `/${route.tab}`;
      return `#/runs/${encodeURIComponent(route.run)}${tab}${search ? `?${search}` : ""}`;
    }
    case "rollouts": {
      const query = new URLSearchParams();
      if (route.step !== null) query.set("step", String(route.step));
      if (route.pair !== null) query.set("pair", route.pair);
      if (route.rollout !== null) query.set("rollout", String(route.rollout));
      if (route.sample) query.set("sample", route.sample);
      if (route.color) query.set("color", route.color);
      const search = query.toString();
      const view = route.view === undefined || route.view === "answers" ? "" : `/${route.view}`;
      return `#/runs/${encodeURIComponent(route.run)}/rollouts${view}${search ? `?${search}` : ""}`;
    }
    case "launch": {
      const query = new URLSearchParams();
      for (const name of LAUNCH_QUERY) if (route[name]) query.set(name, route[name]);
      const search = query.toString();
      return `#/launch${search ? `?${search}` : ""}`;
    }
    case "compare": {
      const query = new URLSearchParams(route.runs.map((run) => ["run", run]));
      if (route.sample) query.set("sample", route.sample);
      return `#/compare?${writeChart(route, query).toString()}`;
    }
    case "data": {
      if (route.dataset === null) return "#/data";
      const tab = route.tab === "report" ? "" : `/${route.tab}`;
      const row = route.tab === "rows" && route.row !== null ? `/${route.row}` : "";
      return `#/data/${encodeURIComponent(route.dataset)}${tab}${row}`;
    }
    case "evals": {
      if (route.evaluation === null) return "#/evals";
      const query = new URLSearchParams();
      if (route.model > 0) query.set("model", String(route.model));
      if (route.view !== "ordered") query.set("view", route.view);
      if (route.sample !== null) query.set("sample", route.sample);
      if (route.against) query.set("against", sorted(route.against).join("~"));
      const search = query.toString();
      return `#/evals/${encodeURIComponent(route.evaluation)}${search ? `?${search}` : ""}`;
    }
    case "recipes":
      return route.recipe ? `#/recipes/${encodeURIComponent(route.recipe)}` : "#/recipes";
    case "playground": {
      const query = new URLSearchParams();
      if (route.run !== undefined) query.set("run", route.run);
      if (route.rollout !== undefined) query.set("rollout", String(route.rollout));
      if (route.measure) query.set("measure", "frames");
      if (route.testCase !== undefined) query.set("case", route.testCase);
      const search = query.toString();
      return `#/playground${search ? `?${search}` : ""}`;
    }
    case "system":
      return "#/system";
  }
}
