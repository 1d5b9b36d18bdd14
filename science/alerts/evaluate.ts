/** Finds the stretches of a run in which a rule is broken. Pure: the same numbers give the same alerts anywhere. */
import type { Alert, AlertRule } from "../../contract/alerts.ts";

/** A metric's value at an update; null where it was no finite number. */
export interface AlertPoint {
  readonly step: number;
  readonly value: number | null;
}

interface Broken {
  readonly step: number;
  readonly value: number | null;
  readonly bound: number | null;
}

/** Updates that a median needs at least: fewer say too little. */
const LEAST_BEFORE = 5;

/**
 * All alerts of one rule, oldest first.
 * @param points of the rule's metric, by step.
 * @param stageStarts first steps of the stages: what was before a stage's start is not compared with.
 */
export function alertsOfRule(rule: AlertRule, points: readonly AlertPoint[], stageStarts: readonly number[]): Alert[] {
  if (!rule.enabled || points.length === 0) return [];
  const alerts: Alert[] = [];
  let stretch: Broken[] = [];
  const end = (ongoing: boolean): void => {
    if (stretch.length >= rule.steps) alerts.push(alertFrom(rule, stretch, ongoing));
    stretch = [];
  };
  let stage: AlertPoint[] = [];
  let before: number[] = [];
  for (const point of points) {
    if (stage.length > 0 && stageStarts.some((start) => stage.at(-1)!.step < start && point.step >= start)) {
      end(false);
      stage = [];
      before = [];
    }
    stage.push(point);
    const bound = boundOf(rule, stage, before);
    const broken = isBroken(rule, point.value, bound);
    if (broken) stretch.push({ ...point, bound });
    else end(false);
    // What breaks a rule must not become the measure for what follows.
    if (!broken && point.value !== null && rule.window > 0) before = [...before.slice(1 - rule.window), point.value];
  }
  end(true);
  return alerts;
}

function boundOf(rule: AlertRule, stage: readonly AlertPoint[], before: readonly number[]): number | null {
  switch (rule.kind) {
    case "notFinite":
      return null;
    case "above":
    case "below":
      return rule.threshold;
    case "timesAbove":
      if (before.length < Math.min(LEAST_BEFORE, rule.window)) return null;
      return Math.max(rule.floor, rule.threshold * median(before));
    case "timesBelow":
      return before.length < Math.min(LEAST_BEFORE, rule.window) ? null : rule.threshold * median(before);
    case "shareOfStart": {
      const first = stage.slice(0, rule.window).flatMap(({ value }) => (value === null ? [] : [value]));
      if (stage.length <= rule.window || first.length === 0) return null;
      return (rule.threshold * first.reduce((sum, value) => sum + value, 0)) / first.length;
    }
  }
}

function isBroken({ kind }: AlertRule, value: number | null, bound: number | null): boolean {
  if (kind === "notFinite") return value === null;
  if (value === null || bound === null) return false;
  return kind === "above" || kind === "timesAbove" ? value > bound : value < bound;
}

function alertFrom(rule: AlertRule, stretch: readonly Broken[], ongoing: boolean): Alert {
  const up = rule.kind === "above" || rule.kind === "timesAbove";
  const values = stretch.flatMap(({ value }) => (value === null ? [] : [value]));
  return {
    rule: rule.id,
    title: rule.title,
    level: rule.level,
    fromStep: stretch[0]!.step,
    toStep: stretch.at(-1)!.step,
    ongoing,
    value: values.length === 0 ? null : up ? Math.max(...values) : Math.min(...values),
    bound: stretch[0]!.bound,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Alerts of all rules, newest first. `series` by metric; a metric that the run does not have raises nothing. */
export function alertsOf(
  rules: readonly AlertRule[],
  series: ReadonlyMap<string, readonly AlertPoint[]>,
  stageStarts: readonly number[],
): Alert[] {
  return rules
    .flatMap((rule) => alertsOfRule(rule, series.get(rule.metric) ?? [], stageStarts))
    .sort((a, b) => b.toStep - a.toStep || b.fromStep - a.fromStep);
}
