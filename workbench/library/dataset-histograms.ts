/** How long videos, how large pictures and how long answers are. */
import type { DatasetHistograms, HistogramBin } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";

const SECONDS = [0, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, Infinity];
const PIXELS = [0, 120, 240, 360, 480, 640, 854, 1280, 1920, 2560, 3840, Infinity];
const CHARACTERS = [0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, Infinity];

interface Weighted {
  readonly value: number;
  readonly rows: number;
}

export function makeHistograms(rows: Db): DatasetHistograms {
  const list = (sql: string): Weighted[] => rows.prepare(sql).all() as Weighted[];
  const perMedium = (value: string, where: string): Weighted[] =>
    list(
      `SELECT ${value} AS value, count(*) AS rows FROM rows JOIN media ON media.id = rows.media
       WHERE media.state = 2 AND ${where} GROUP BY value`,
    );
  return {
    duration: bins(perMedium("media.duration", "media.duration IS NOT NULL"), SECONDS),
    resolution: bins(perMedium("max(media.width, media.height)", "media.width IS NOT NULL"), PIXELS),
    answerLength: bins(list("SELECT length(answer) AS value, count(*) AS rows FROM rows GROUP BY value"), CHARACTERS),
    mediaDecoded: rows.prepare("SELECT count(*) FROM media WHERE state = 2").pluck().get() as number,
  };
}

/** Bins `[from, to)`; the empty ones at both ends are left out. */
export function bins(values: readonly Weighted[], edges: readonly number[]): HistogramBin[] {
  const made = edges.slice(0, -1).map((from, index) => ({ from, to: edges[index + 1]!, rows: 0 }));
  for (const { value, rows } of values) {
    const bin = made.findLast(({ from }) => value >= from);
    if (bin) bin.rows += rows;
  }
  const first = made.findIndex(({ rows }) => rows > 0);
  const last = made.findLastIndex(({ rows }) => rows > 0);
  // JSON has no infinity: the last bin is open.
  return first === -1
    ? []
    : made.slice(first, last + 1).map((bin) => ({ ...bin, to: Number.isFinite(bin.to) ? bin.to : -1 }));
}
