/** Series for charts: at most about a thousand points each, spikes kept, the same answer every time. */
import type { Series, SeriesAxis, SeriesPoint } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";
import { BLOCK_STEPS } from "./metric-blocks.ts";
import { prepared } from "./prepared.ts";
import { readOnAxis } from "./series-axis.ts";

export interface SeriesQuery {
  readonly run: string;
  readonly metrics: readonly string[];
  readonly maxPoints?: number | undefined;
  /** Default: steps. */
  readonly axis?: SeriesAxis | undefined;
  /** On the axis. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const DEFAULT_POINTS = 1000;

interface Span {
  readonly first: number;
  readonly last: number;
}

/** Steps fall into equal buckets; a bucket gives its last value with its minimum and maximum. */
export function readSeries(database: Db, query: SeriesQuery): Series[] {
  const maxPoints = query.maxPoints ?? DEFAULT_POINTS;
  const { axis = "step" } = query;
  if (axis !== "step") {
    const { run, from, to } = query;
    return query.metrics.map((metric) => ({
      metric,
      ...readOnAxis(database, { run, metric, axis, maxPoints, from, to }),
    }));
  }
  const ends = ["ASC", "DESC"].map((order) =>
    prepared(
      database,
      `SELECT step FROM metrics WHERE run = @run AND metric = @metric AND superseded = 0 AND value IS NOT NULL
       AND step BETWEEN @from AND @to ORDER BY step ${order} LIMIT 1`,
    ),
  );
  return query.metrics.map((metric) => {
    const range = { run: query.run, metric, from: query.from ?? 0, to: query.to ?? Number.MAX_SAFE_INTEGER };
    const [first, last] = ends.map((end) => (end.get(range) as { step: number } | undefined)?.step);
    if (first === undefined || last === undefined) return { metric, points: [], total: 0 };
    const width = Math.max(1, Math.ceil((last - first + 1) / maxPoints));
    const read = width < BLOCK_STEPS ? fromPoints : fromBlocks;
    return { metric, ...read(database, query.run, metric, { first, last }, width) };
  });
}

function fromPoints(
  database: Db,
  run: string,
  metric: string,
  { first, last }: Span,
  width: number,
): Omit<Series, "metric"> {
  // Bound numbers are floating point, hence the cast; CROSS JOIN keeps SQLite from walking all steps for each bucket: buckets outside, a look-up by key inside.
  const rows = prepared(
    database,
    `SELECT b.step, m.time, m.value, b.low AS min, b.high AS max, b.count FROM (
       SELECT max(step) AS step, min(value) AS low, max(value) AS high, count(*) AS count FROM metrics
       WHERE run = @run AND metric = @metric AND superseded = 0 AND value IS NOT NULL AND step BETWEEN @first AND @last
       GROUP BY CAST((step - @first) / @width AS INTEGER)
     ) b CROSS JOIN metrics m ON m.run = @run AND m.metric = @metric AND m.step = b.step AND m.superseded = 0
     ORDER BY b.step`,
  ).all({ run, metric, first, last, width }) as (Omit<SeriesPoint, "x"> & { count: number })[];
  return counted(rows);
}

/** Buckets of whole blocks; the two at the ends may reach a few steps beyond what was asked for. */
function fromBlocks(
  database: Db,
  run: string,
  metric: string,
  { first, last }: Span,
  width: number,
): Omit<Series, "metric"> {
  const blocks = Math.ceil(width / BLOCK_STEPS);
  const buckets = prepared(
    database,
    `SELECT CAST(block / @blocks AS INTEGER) AS bucket, min(low) AS min, max(high) AS max, sum(count) AS count
     FROM metric_blocks WHERE run = @run AND metric = @metric AND block BETWEEN @from AND @to GROUP BY bucket`,
  ).all({
    run,
    metric,
    blocks,
    from: Math.floor(first / BLOCK_STEPS),
    to: Math.floor(last / BLOCK_STEPS),
  }) as { bucket: number; min: number; max: number; count: number }[];
  const newest = prepared(
    database,
    `SELECT step, time, value FROM metrics WHERE run = ? AND metric = ? AND step <= ? AND superseded = 0 AND value IS NOT NULL
     ORDER BY step DESC LIMIT 1`,
  );
  return counted(
    buckets.map(({ bucket, ...extremes }) => {
      const end = Math.min(last, (bucket + 1) * blocks * BLOCK_STEPS - 1);
      return { ...(newest.get(run, metric, end) as Pick<SeriesPoint, "step" | "time" | "value">), ...extremes };
    }),
  );
}

function counted(rows: readonly (Omit<SeriesPoint, "x"> & { readonly count: number })[]): Omit<Series, "metric"> {
  return {
    points: rows.map(({ step, time, value, min, max }) => ({ x: step, step, time, value, min, max })),
    total: rows.reduce((sum, { count }) => sum + count, 0),
  };
}

export function metricNames(database: Db, run: string): string[] {
  const rows = prepared(database, "SELECT metric FROM latest WHERE run = ? ORDER BY metric").all(run);
  return (rows as { metric: string }[]).map((row) => row.metric);
}

/** Newest value of each metric. */
export function latestMetrics(database: Db, run: string): Record<string, number> {
  const rows = prepared(database, "SELECT metric, value FROM latest WHERE run = ?").all(run);
  return Object.fromEntries((rows as { metric: string; value: number }[]).map((row) => [row.metric, row.value]));
}
