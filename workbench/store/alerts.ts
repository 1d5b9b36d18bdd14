/** Alerts from the index: the rules as somebody set them, and what a run's metrics break. */
import type { Alert, AlertRule } from "../../contract/alerts.ts";
import type { EventOf } from "../../contract/journal.ts";
import { alertsOf, type AlertPoint } from "../../science/alerts/evaluate.ts";
import { alertMetrics, DEFAULT_ALERT_RULES } from "../../science/alerts/rules.ts";
import type { Db } from "./databases.ts";
import { prepared } from "./prepared.ts";

/** Newest updates that the list of runs looks at: enough for the longest window. */
const NEWEST = 120;

export class AlertRules {
  readonly #user: Db;
  #rules: readonly AlertRule[];

  constructor(user: Db) {
    this.#user = user;
    this.#rules = this.#read();
  }

  list(): readonly AlertRule[] {
    return this.#rules;
  }

  /** @throws RangeError when no rule has this id. */
  set(id: string, threshold: number, steps: number, enabled: boolean): void {
    if (!DEFAULT_ALERT_RULES.some((rule) => rule.id === id)) throw new RangeError(`There is no alert rule "${id}".`);
    this.#user
      .prepare("INSERT OR REPLACE INTO alert_rules (id, threshold, steps, enabled) VALUES (?, ?, ?, ?)")
      .run(id, threshold, steps, Number(enabled));
    this.#rules = this.#read();
  }

  reset(): void {
    this.#user.exec("DELETE FROM alert_rules");
    this.#rules = this.#read();
  }

  #read(): readonly AlertRule[] {
    const rows = this.#user.prepare("SELECT id, threshold, steps, enabled FROM alert_rules").all() as {
      id: string;
      threshold: number;
      steps: number;
      enabled: number;
    }[];
    return DEFAULT_ALERT_RULES.map((rule) => {
      const own = rows.find(({ id }) => id === rule.id);
      return own ? { ...rule, threshold: own.threshold, steps: own.steps, enabled: own.enabled === 1 } : rule;
    });
  }
}

/** Everything that the run's metrics broke, newest first. */
export function readAlerts(database: Db, run: string, rules: readonly AlertRule[]): Alert[] {
  return alertsOf(rules, readPoints(database, run, rules, 0), stageStarts(database, run));
}

/** What the newest updates break: for the list of runs, without reading long runs whole. */
export function readOngoingAlerts(database: Db, run: string, step: number, rules: readonly AlertRule[]): Alert[] {
  if (step === 0) return [];
  const whole = rules.filter(({ kind }) => kind === "shareOfStart");
  const recent = rules.filter(({ kind }) => kind !== "shareOfStart");
  const starts = stageStarts(database, run);
  // How a stage began is needed however long ago that was.
  const start = starts.filter((first) => first <= step).at(-1) ?? 0;
  return [
    ...alertsOf(recent, readPoints(database, run, recent, step - NEWEST), starts),
    ...alertsOf(whole, readPoints(database, run, whole, start), starts),
  ].filter(({ ongoing }) => ongoing);
}

function readPoints(database: Db, run: string, rules: readonly AlertRule[], from: number): Map<string, AlertPoint[]> {
  const points = prepared(
    database,
    `SELECT step, value FROM metrics WHERE run = ? AND metric = ? AND superseded = 0 AND step >= ? ORDER BY step`,
  );
  return new Map(alertMetrics(rules).map((metric) => [metric, points.all(run, metric, from) as AlertPoint[]]));
}

function stageStarts(database: Db, run: string): number[] {
  const started = prepared(database, "SELECT started FROM runs WHERE id = ?").pluck().get(run) as string | null;
  if (!started) return [1];
  let first = 1;
  return (JSON.parse(started) as EventOf<"run_started">).stages.map(({ steps }) => {
    const start = first;
    first += steps;
    return start;
  });
}
