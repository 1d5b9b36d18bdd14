/** Validation accuracy over training as small multiples: one panel an arm, seeds thin, their mean thick. Plain SVG. */
import { mean } from "../../workbench/proof/statistics.ts";

export interface Curve {
  readonly title: string;
  /** Accuracy (0 .. 1) by share of the stage (0 .. 1), one line a seed. */
  readonly seeds: readonly (readonly { readonly at: number; readonly value: number }[])[];
  readonly control: boolean;
}

const [COLUMNS, WIDTH, HEIGHT, GAP, LEFT, TOP] = [4, 210, 130, 26, 44, 58] as const;
const PANEL_HEADER = 22;

/** `reference` is drawn in every panel: the mean of what the arms start from. */
export function curvesFigure(title: string, curves: readonly Curve[], reference: number | null): string {
  const values = [
    ...curves.flatMap(({ seeds }) => seeds.flat().map(({ value }) => value)),
    ...(reference === null ? [] : [reference]),
  ];
  const low = Math.max(0, Math.floor((Math.min(...values) - 0.02) * 20) / 20);
  const high = Math.min(1, Math.ceil((Math.max(...values) + 0.02) * 20) / 20);
  const rows = Math.ceil(curves.length / COLUMNS);
  const width = LEFT + COLUMNS * (WIDTH + GAP);
  const height = TOP + rows * (HEIGHT + PANEL_HEADER + GAP) + 6;
  const panels = curves.map((curve, index) => {
    const x = LEFT + (index % COLUMNS) * (WIDTH + GAP);
    const y = TOP + PANEL_HEADER + Math.floor(index / COLUMNS) * (HEIGHT + PANEL_HEADER + GAP);
    return `<g transform="translate(${x} ${y})">${panel(curve, low, high, reference, index % COLUMNS === 0)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title" x="${LEFT}" y="22">${escape(title)}</text>`,
    `<text class="note" x="${LEFT}" y="40">thin: one seed · thick: mean · dashed: mean after SFT, where all but SFT start · from the stage's first update to its last</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function panel(curve: Curve, low: number, high: number, reference: number | null, withScale: boolean): string {
  const x = (at: number): string => (at * WIDTH).toFixed(1);
  const y = (value: number): string => (HEIGHT - ((value - low) / (high - low)) * HEIGHT).toFixed(1);
  const line = (points: readonly { at: number; value: number }[]): string =>
    points.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ");
  const ticks = ticksOf(low, high);
  const middle = meanCurve(curve.seeds);
  const end = middle.at(-1);
  return [
    `<text class="panel" x="0" y="-8">${escape(curve.title)}</text>`,
    ...ticks.map((tick) => `<line class="grid" x1="0" x2="${WIDTH}" y1="${y(tick)}" y2="${y(tick)}"/>`),
    ...(withScale
      ? ticks.map((tick) => `<text class="tick" x="-6" y="${Number(y(tick)) + 3.5}">${Math.round(tick * 100)} %</text>`)
      : []),
    ...(reference === null
      ? []
      : [`<line class="reference" x1="0" x2="${WIDTH}" y1="${y(reference)}" y2="${y(reference)}"/>`]),
    ...curve.seeds.map((points) => `<polyline class="seed" points="${line(points)}"/>`),
    `<polyline class="${curve.control ? "mean control" : "mean"}" points="${line(middle)}"/>`,
    ...(end === undefined
      ? []
      : [
          `<circle class="${curve.control ? "end control" : "end"}" cx="${x(end.at)}" cy="${y(end.value)}" r="3"/>`,
          `<text class="value" x="${Number(x(end.at)) - 2}" y="${Number(y(end.value)) + (end.value > (low + high) / 2 ? 18 : -9)}">${(end.value * 100).toFixed(1)} %</text>`,
        ]),
  ].join("");
}

/** At every place where some seed was measured; between its own measurements a seed counts as its straight line. */
function meanCurve(seeds: Curve["seeds"]): { at: number; value: number }[] {
  const places = [...new Set(seeds.flat().map(({ at }) => at))].sort((left, right) => left - right);
  return places.map((at) => ({ at, value: mean(seeds.map((points) => valueAt(points, at))) }));
}

function valueAt(points: Curve["seeds"][number], at: number): number {
  const next = points.findIndex((point) => point.at >= at);
  if (next === -1) return points.at(-1)!.value;
  const right = points[next]!;
  const left = points[Math.max(0, next - 1)]!;
  const share = right.at === left.at ? 1 : (at - left.at) / (right.at - left.at);
  return left.value + share * (right.value - left.value);
}

function ticksOf(low: number, high: number): number[] {
  const step = high - low > 0.5 ? 0.2 : high - low > 0.2 ? 0.1 : 0.05;
  const first = Math.ceil(low / step - 1e-9) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, index) => first + index * step);
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const STYLE = `
  text { font: 12px system-ui, "Segoe UI", sans-serif; fill: #1f2430; }
  .paper { fill: #ffffff; } .title { font-size: 15px; font-weight: 600; } .panel { font-weight: 600; }
  .note, .tick { fill: #5b6475; font-size: 11px; } .tick, .value { text-anchor: end; } .value { font-weight: 600; }
  .grid { stroke: #e4e7ee; } .reference { stroke: #5b6475; stroke-dasharray: 4 3; }
  polyline { fill: none; stroke-linejoin: round; } .seed { stroke: #3b6fe0; opacity: 0.5; }
  .mean { stroke: #3b6fe0; stroke-width: 2.5; } .end { fill: #3b6fe0; }
  .mean.control { stroke: #c2571a; } .end.control { fill: #c2571a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e9f0; } .paper { fill: #14171f; } .note, .tick { fill: #9aa4b8; }
    .grid { stroke: #2a3040; } .reference { stroke: #9aa4b8; } .seed, .mean { stroke: #7da2ff; } .end { fill: #7da2ff; }
    .mean.control { stroke: #f0985a; } .end.control { fill: #f0985a; }
  }
`;
