/**
 * Exponential moving average without the bias towards its start: s_t = w·s_{t−1} + (1−w)·x_t, divided by 1 − wᵗ
 * (the correction of Adam, Kingma & Ba 2015, section 3). Gaps (null) stay gaps and do not move the average.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let average = 0;
  let power = 1;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    average = weight * average + (1 - weight) * value;
    power *= weight;
    return average / (1 - power);
  });
}

export interface Row {
  /** On the axis; `step` is the newest of the lines' steps there. */
  readonly x: number;
  readonly step: number;
  readonly [column: string]: number | null | [number, number];
}

/** One column set of `chartRows`: a line's buckets, as the service made them. */
export interface Line {
  readonly key: string;
  readonly points: readonly {
    readonly x: number;
    readonly step: number;
    readonly value: number;
    readonly min: number;
    readonly max: number;
  }[];
}

/**
 * Lines with their own points as rows of one table, by their place on the axis: `key` the smoothed value, `key:raw` the value,
 * `key:band` its least and greatest in the bucket. On a logarithmic axis what is not positive is left out.
 */
export function chartRows(lines: readonly Line[], weight: number, positiveOnly: boolean): Row[] {
  const rows = new Map<number, Record<string, number | null | [number, number]>>();
  for (const line of lines) {
    const shown = (value: number) => (Number.isFinite(value) && (!positiveOnly || value > 0) ? value : null);
    const raw = line.points.map((point) => shown(point.value));
    const smoothed = smooth(raw, weight);
    // A band that some points lack would be drawn straight across them.
    const hasBand = line.points.some(({ min, max }) => max > min);
    line.points.forEach((point, index) => {
      const row = rows.get(point.x) ?? { x: point.x, step: point.step };
      row[line.key] = smoothed[index]!;
      row[`${line.key}:raw`] = raw[index]!;
      const low = shown(point.min);
      const high = shown(point.max);
      if (hasBand && low !== null && high !== null) row[`${line.key}:band`] = [low, high];
      rows.set(point.x, row);
    });
  }
  return [...rows.values()].sort((a, b) => (a["x"] as number) - (b["x"] as number)) as Row[];
}
