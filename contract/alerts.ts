/** Alerts of a run: the rules as data, and the stretches of updates that broke one. */
export type AlertLevel = "warning" | "error";

/**
 * `notFinite`: no number. `above` and `below`: against the threshold. `timesAbove` and `timesBelow`: against the threshold
 * times the median of the stage's `window` updates before. `shareOfStart`: below the threshold times the mean of the
 * stage's first `window` updates.
 */
export type AlertKind = "notFinite" | "above" | "below" | "timesAbove" | "timesBelow" | "shareOfStart";

export interface AlertRule {
  readonly id: string;
  readonly title: string;
  readonly metric: string;
  readonly kind: AlertKind;
  readonly level: AlertLevel;
  readonly threshold: number;
  /** Updates in a row that must break the threshold. */
  readonly steps: number;
  /** Updates that a median or a start is taken over; 0 where the kind needs none. */
  readonly window: number;
  /** A bound above is never lower than this, so that growth from almost nothing is no jump. */
  readonly floor: number;
  /** What it may mean and what to try. */
  readonly advice: string;
  readonly enabled: boolean;
}

export interface Alert {
  readonly rule: string;
  readonly title: string;
  readonly level: AlertLevel;
  /** First update that broke the rule. */
  readonly fromStep: number;
  /** Last one of the stretch. */
  readonly toStep: number;
  /** The stretch reaches the newest update. */
  readonly ongoing: boolean;
  /** Furthest value beyond the bound; null where it was no number. */
  readonly value: number | null;
  /** The bound at the first update; null for `notFinite`. */
  readonly bound: number | null;
}
