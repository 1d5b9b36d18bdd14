/**
 * Series on the clock and over tokens. The axis is cut into equal buckets as over steps; a bucket has its last value with its
 * extremes, so that no spike is lost. Blocks of steps that fit into a bucket are taken whole; where few steps fill much of
 * the axis, as in a slow stage or before a pause, their points are read one by one: there are never more than 64 a bucket.
 */
import type { Series, SeriesAxis, SeriesPoint } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";
import { BLOCK_STEPS } from "./metric-blocks.ts";

/** What a step was trained on; its sum is the axis of tokens. */
export const TOKENS_METRIC = "num_tokens";

export interface AxisQuery {
  readonly run: string;
  readonly metric: string;
  readonly axis: Exclude<SeriesAxis, "step">;
  readonly maxPoints: number;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

interface Block {
  readonly block: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly last_time: number;
  /** Where it ends on the axis. */
  end: number;
}

interface Bucket {
  min: number;
  max: number;
  count: number;
  /** Of the last step in it, or null when that is the last one of `block`. */
  last: Omit<SeriesPoint, "min" | "max"> | null;
  block: number;
  x: number;
}

/** Empty over tokens when the run's journal does not count them. */
export function readOnAxis(database: Db, query: AxisQuery): Omit<Series, "metric"> {
  const { run, metric, axis, maxPoints } = query;
  const blocks = database
    .prepare(
      "SELECT block, low, high, count, last_time, 0.0 AS end FROM metric_blocks WHERE run = ? AND metric = ? ORDER BY block",
    )
    .all(run, metric) as Block[];
  const tokens = axis === "tokens" ? tokensBefore(database, run) : null;
  const first = firstPoint(database, run, metric);
  if (!first || (tokens && tokens.length === 0)) return { points: [], total: 0 };
  for (const block of blocks) block.end = tokens ? sumBefore(tokens, block.block + 1) : block.last_time;
  const start = tokens ? tokensUntil(database, run, tokens, first.step) : first.time;
  const from = query.from ?? start;
  const to = Math.max(query.to ?? blocks.at(-1)!.end, from + Number.EPSILON);
  const width = (to - from) / maxPoints;
  const buckets = new Map<number, Bucket>();
  const bucketAt = (x: number): number => Math.max(0, Math.min(maxPoints - 1, Math.floor((x - from) / width)));

  let begin = start;
  let slow = null as { readonly first: number; readonly last: number } | null;
  const expand = () => {
    if (!slow) return;
    for (const point of pointsOf(database, run, metric, slow, tokens)) {
      if (point.x < from || point.x > to) continue;
      fold(buckets, bucketAt(point.x), { ...point, low: point.value, high: point.value, count: 1 }, point);
    }
    slow = null;
  };
  for (const block of blocks) {
    const inside = block.end >= from && begin <= to;
    // A block over the border of what is asked for is read by its points, so that nothing from outside is drawn.
    if (inside && (block.end - begin > width || begin < from || block.end > to)) {
      slow = { first: slow?.first ?? block.block, last: block.block };
    } else {
      expand();
      if (inside) fold(buckets, bucketAt(block.end), { ...block, x: block.end }, null);
    }
    begin = block.end;
  }
  expand();
  return finished(database, run, metric, buckets);
}

function fold(
  buckets: Map<number, Bucket>,
  index: number,
  item: { readonly low: number; readonly high: number; readonly count: number; readonly x: number; block?: number },
  last: Bucket["last"],
): void {
  const known = buckets.get(index);
  buckets.set(index, {
    min: Math.min(known?.min ?? item.low, item.low),
    max: Math.max(known?.max ?? item.high, item.high),
    count: (known?.count ?? 0) + item.count,
    last,
    block: item.block ?? -1,
    x: item.x,
  });
}

function finished(
  database: Db,
  run: string,
  metric: string,
  buckets: ReadonlyMap<number, Bucket>,
): Omit<Series, "metric"> {
  const newest = database.prepare(
    `SELECT step, time, value FROM metrics WHERE run = ? AND metric = ? AND step < ? AND superseded = 0 AND value IS NOT NULL
     ORDER BY step DESC LIMIT 1`,
  );
  const points = [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([, { min, max, last, block, x }]): SeriesPoint => {
      const end =
        last ?? (newest.get(run, metric, (block + 1) * BLOCK_STEPS) as Omit<SeriesPoint, "x" | "min" | "max">);
      return { x, step: end.step, time: end.time, value: end.value, min, max };
    });
  return { points, total: [...buckets.values()].reduce((sum, { count }) => sum + count, 0) };
}

interface Point {
  readonly step: number;
  readonly time: number;
  readonly value: number;
  readonly x: number;
}

function firstPoint(database: Db, run: string, metric: string): { step: number; time: number } | undefined {
  return database
    .prepare(
      `SELECT step, time FROM metrics WHERE run = ? AND metric = ? AND superseded = 0 AND value IS NOT NULL
       ORDER BY step LIMIT 1`,
    )
    .get(run, metric) as { step: number; time: number } | undefined;
}

function pointsOf(
  database: Db,
  run: string,
  metric: string,
  blocks: { readonly first: number; readonly last: number },
  tokens: readonly TokenSum[] | null,
): Point[] {
  const from = blocks.first * BLOCK_STEPS;
  const steps = database.prepare(
    `SELECT step, time, value FROM metrics WHERE run = ? AND metric = ? AND superseded = 0 AND value IS NOT NULL
     AND step >= ? AND step < ? ORDER BY step`,
  );
  const until = (blocks.last + 1) * BLOCK_STEPS;
  const points = steps.all(run, metric, from, until) as Omit<Point, "x">[];
  if (!tokens) return points.map((point) => ({ ...point, x: point.time }));
  const counted = steps.all(run, TOKENS_METRIC, from, until) as Omit<Point, "x">[];
  let sum = sumBefore(tokens, blocks.first);
  let next = 0;
  return points.map((point) => {
    while (next < counted.length && counted[next]!.step <= point.step) sum += counted[next++]!.value;
    return { ...point, x: sum };
  });
}

/** Tokens of the blocks up to and with this one. */
interface TokenSum {
  readonly block: number;
  readonly sum: number;
}

function tokensBefore(database: Db, run: string): TokenSum[] {
  const rows = database
    .prepare("SELECT block, total FROM metric_blocks WHERE run = ? AND metric = ? ORDER BY block")
    .all(run, TOKENS_METRIC) as { block: number; total: number }[];
  let sum = 0;
  return rows.map(({ block, total }) => ({ block, sum: (sum += total) }));
}

/** Tokens of all blocks before this one. */
function sumBefore(tokens: readonly TokenSum[], block: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.block < block) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : tokens[low - 1]!.sum;
}

/** Tokens up to and with a step. */
function tokensUntil(database: Db, run: string, tokens: readonly TokenSum[], step: number): number {
  const block = Math.floor(step / BLOCK_STEPS);
  const within = database
    .prepare(
      `SELECT coalesce(sum(value), 0) FROM metrics WHERE run = ? AND metric = ? AND superseded = 0 AND step >= ? AND step <= ?`,
    )
    .pluck()
    .get(run, TOKENS_METRIC, block * BLOCK_STEPS, step) as number;
  return sumBefore(tokens, block) + within;
}
