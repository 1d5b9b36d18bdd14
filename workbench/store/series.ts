/** Series for charts: at most about a thousand points each, spikes kept, the same answer every time. */
import type { Series, SeriesPoint } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";

export interface SeriesQuery {
  readonly run: string;
  readonly metrics: readonly string[];
  readonly maxPoints?: number | undefined;
  readonly fromStep?: number | undefined;
  readonly toStep?: number | undefined;
}

interface BucketRow {
  readonly step: number;
  readonly time: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const DEFAULT_POINTS = 1000;

/** Steps fall into equal buckets; a bucket gives its last value with its minimum and maximum. */
export function readSeries(database: Db, query: SeriesQuery): Series[] {
  const maxPoints = query.maxPoints ?? DEFAULT_POINTS;
  const range = database.prepare(
    `SELECT min(step) AS first, max(step) AS last, count(*) AS total FROM metrics
     WHERE run = @run AND metric = @metric AND superseded = 0 AND value IS NOT NULL AND step BETWEEN @from AND @to`,
  );
  // Bound numbers are floating point, hence the cast; CROSS JOIN keeps SQLite from walking all steps for each bucket: buckets outside, a look-up by key inside.
  const buckets = database.prepare(
    `SELECT b.step, m.time, m.value, b.low, b.high FROM (
       SELECT max(step) AS step, min(value) AS low, max(value) AS high FROM metrics
       WHERE run = @run AND metric = @metric AND superseded = 0 AND value IS NOT NULL AND step BETWEEN @from AND @to
       GROUP BY CAST((step - @first) / @width AS INTEGER)
     ) b CROSS JOIN metrics m ON m.run = @run AND m.metric = @metric AND m.step = b.step AND m.superseded = 0
     ORDER BY b.step`,
  );
  return query.metrics.map((metric) => {
    const from = query.fromStep ?? 0;
    const to = query.toStep ?? Number.MAX_SAFE_INTEGER;
    const span = range.get({ run: query.run, metric, from, to }) as { first: number; last: number; total: number };
    if (span.total === 0) return { metric, points: [], total: 0 };
    const width = Math.max(1, Math.ceil((span.last - span.first + 1) / maxPoints));
    const rows = buckets.all({ run: query.run, metric, from, to, first: span.first, width }) as BucketRow[];
    const points: SeriesPoint[] = rows.map((row) => ({
      step: row.step,
      time: row.time,
      value: row.value,
      min: row.low,
      max: row.high,
    }));
    return { metric, points, total: span.total };
  });
}

export function metricNames(database: Db, run: string): string[] {
  const rows = database.prepare("SELECT metric FROM latest WHERE run = ? ORDER BY metric").all(run);
  return (rows as { metric: string }[]).map((row) => row.metric);
}

/** Newest value of each metric. */
export function latestMetrics(database: Db, run: string): Record<string, number> {
  const rows = database.prepare("SELECT metric, value FROM latest WHERE run = ?").all(run);
  return Object.fromEntries((rows as { metric: string; value: number }[]).map((row) => [row.metric, row.value]));
}
