/**
 * Extremes of each metric over blocks of steps, kept while journals are read: a picture of a million points is made from
 * some thousands of blocks, and no spike is lost. Their sums and last times say where they lie on other axes than steps.
 */
import type { Db } from "./databases.ts";
import { prepared } from "./prepared.ts";

/** Steps of a block. Pictures whose buckets are narrower are made from the points themselves. */
export const BLOCK_STEPS = 64;

interface Block {
  readonly run: string;
  readonly metric: string;
  readonly block: number;
  low: number;
  high: number;
  count: number;
  total: number;
  lastTime: number;
}

/** Gathers what a batch of lines brings and writes it with the batch: one row for up to 64 points. */
export class MetricBlocks {
  readonly #gathered = new Map<string, Block>();
  readonly #database: Db;

  constructor(database: Db) {
    this.#database = database;
  }

  /** A point that is drawn: finite, and of no attempt that was superseded. */
  add(run: string, metric: string, step: number, value: number, time: number): void {
    const block = Math.floor(step / BLOCK_STEPS);
    const key = `${run}\n${metric}\n${block}`;
    const known = this.#gathered.get(key);
    const first = { low: value, high: value, count: 1, total: value, lastTime: time };
    if (!known) this.#gathered.set(key, { run, metric, block, ...first });
    else {
      known.low = Math.min(known.low, value);
      known.high = Math.max(known.high, value);
      known.count++;
      known.total += value;
      known.lastTime = Math.max(known.lastTime, time);
    }
  }

  /** Call it in the transaction that holds the points. */
  write(): void {
    if (this.#gathered.size === 0) return;
    const add = prepared(
      this.#database,
      `INSERT INTO metric_blocks (run, metric, block, low, high, count, total, last_time)
       VALUES (@run, @metric, @block, @low, @high, @count, @total, @lastTime)
       ON CONFLICT (run, metric, block) DO UPDATE SET low = min(low, excluded.low), high = max(high, excluded.high),
         count = count + excluded.count, total = total + excluded.total, last_time = max(last_time, excluded.last_time)`,
    );
    for (const block of this.#gathered.values()) add.run(block);
    this.#gathered.clear();
  }

  /** The batch was given up. */
  forget(): void {
    this.#gathered.clear();
  }

  /** After steps were superseded: blocks that held some are made anew from what is left. */
  rebuild(run: string, fromStep: number): void {
    this.write();
    const first = Math.floor(fromStep / BLOCK_STEPS);
    this.#database.prepare("DELETE FROM metric_blocks WHERE run = ? AND block >= ?").run(run, first);
    this.#database
      .prepare(
        `INSERT INTO metric_blocks (run, metric, block, low, high, count, total, last_time)
         SELECT run, metric, CAST(step / ${BLOCK_STEPS} AS INTEGER) AS block, min(value), max(value), count(*), sum(value),
           max(time) FROM metrics
         WHERE run = ? AND step >= ? AND superseded = 0 AND value IS NOT NULL GROUP BY run, metric, block`,
      )
      .run(run, first * BLOCK_STEPS);
  }
}
