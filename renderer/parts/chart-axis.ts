/** What curves are drawn over: names, places on the axis, round ticks, and how a place is written. */
import type { SeriesAxis, SeriesPoint } from "../../contract/methods.ts";
import { formatTick } from "./axis.ts";
import { formatCount, formatDuration, formatLarge } from "./format.ts";

export const CHART_AXES = ["step", "wall", "relative", "tokens"] as const;
export type ChartAxis = (typeof CHART_AXES)[number];

/** A stretch of the axis, in its own unit: steps, milliseconds, tokens. */
export interface ChartZoom {
  readonly from: number;
  readonly to: number;
}

export const AXIS_WORDS: Readonly<Record<ChartAxis, { readonly label: string; readonly hint: string }>> = {
  step: { label: "Step", hint: "Over updates" },
  wall: { label: "Clock", hint: "Over the time of day" },
  relative: { label: "Elapsed", hint: "Over the time since each run began" },
  tokens: { label: "Tokens", hint: "Over the tokens trained on so far" },
};

/** What the service is asked for: time since the start is time, shifted here. */
export const serviceAxis = (axis: ChartAxis): SeriesAxis => (axis === "step" || axis === "tokens" ? axis : "time");

/** The stretch as the service knows it, of a run that began at `start`. */
export function serviceRange(axis: ChartAxis, zoom: ChartZoom | null, start: number): Partial<ChartZoom> {
  if (!zoom) return {};
  const shift = axis === "relative" ? start : 0;
  return { from: zoom.from + shift, to: zoom.to + shift };
}

/** Points as they are drawn. */
export function placed(points: readonly SeriesPoint[], axis: ChartAxis, start: number): readonly SeriesPoint[] {
  return axis === "relative" ? points.map((point) => ({ ...point, x: point.x - start })) : points;
}

/** Where a step lies, between the points around it; null outside of them. */
export function placeOfStep(points: readonly Pick<SeriesPoint, "step" | "x">[], step: number): number | null {
  const next = points.findIndex((point) => point.step >= step);
  if (next < 0) return null;
  const after = points[next]!;
  const before = points[next - 1];
  if (after.step === step) return after.x;
  if (!before) return null;
  return before.x + ((step - before.step) / (after.step - before.step)) * (after.x - before.x);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ROUND_TIMES = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 30, 100].map((count) => count * DAY),
];
const ROUND = [1, 2, 2.5, 5, 10];

function roundStep(rough: number, axis: ChartAxis): number {
  if (axis === "wall" || axis === "relative") return ROUND_TIMES.find((step) => step >= rough) ?? rough;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (ROUND.find((candidate) => candidate * power >= rough * 0.999) ?? 10) * power;
  return Math.max(1, axis === "step" ? Math.ceil(step) : step);
}

/** Round places within the stretch, about `count` of them; clock times are round where the reader is. */
export function placeTicks(axis: ChartAxis, first: number, last: number, count = 5): number[] {
  if (!(last > first)) return [first];
  const step = roundStep((last - first) / count, axis);
  const shift = axis === "wall" ? new Date(first).getTimezoneOffset() * MINUTE : 0;
  const ticks: number[] = [];
  for (let tick = Math.ceil((first - shift) / step) * step; tick + shift <= last; tick += step)
    ticks.push(tick + shift);
  return ticks;
}

/** A tick as short as it can be for the distance between ticks. */
export function writeTick(axis: ChartAxis, place: number, span: number): string {
  if (axis === "step") return formatCount(Math.round(place));
  if (axis === "tokens") return place === 0 ? "0" : Math.abs(place) < 10_000 ? formatTick(place) : shortLarge(place);
  if (axis === "relative") return elapsed(place, span);
  const date = new Date(place);
  if (span > 3 * DAY) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const seconds = span < 5 * MINUTE ? ({ second: "2-digit" } as const) : {};
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...seconds });
}

/** The first tick also says what is counted, so that no chart has an axis without a name; times say it by their unit. */
export function writeFirstTick(axis: ChartAxis, place: number, span: number): string {
  const tick = writeTick(axis, place, span);
  return axis === "step" ? `step ${tick}` : axis === "tokens" ? `${tick} tokens` : tick;
}

const shortLarge = (value: number): string =>
  formatLarge(value)
    .replace(/(\.\d*?)0+(?= )/, "$1")
    .replace(". ", " ");

function elapsed(ms: number, span: number): string {
  if (Math.abs(ms) < 1) return "0";
  if (span < 5 * MINUTE) return minutesAndSeconds(Math.round(ms / SECOND));
  if (span < 5 * HOUR) return `${Number((ms / MINUTE).toFixed(1))} min`;
  if (span < 5 * DAY) return `${Number((ms / HOUR).toFixed(1))} h`;
  return `${Number((ms / DAY).toFixed(1))} d`;
}

function minutesAndSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}

/** A place in words, beside its step in a tooltip; nothing on the axis of steps. */
export function describePlace(axis: ChartAxis, place: number): string | null {
  if (axis === "step") return null;
  if (axis === "tokens") return `${formatLarge(Math.round(place))} tokens`;
  if (axis === "relative") return `after ${formatDuration(place / SECOND)}`;
  return new Date(place).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}
