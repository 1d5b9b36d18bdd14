/** Turns a timeline into rows of bars: one row a phase, updates first, then what happened between them. */
import type { Timeline } from "../../../contract/methods.ts";

export interface GanttSpan {
  /** Null between updates. */
  readonly step: number | null;
  readonly from: number;
  readonly to: number;
  readonly detail: string | null;
}

export interface GanttRow {
  readonly phase: string;
  /** Not a part of an update: measuring, saving, a pause. */
  readonly between: boolean;
  readonly spans: readonly GanttSpan[];
  readonly milliseconds: number;
}

/** Times in milliseconds since 1970. A phase that took no time has no row. */
export function ganttRows({ steps, phases }: Timeline): { rows: GanttRow[]; from: number; to: number } {
  const byPhase = new Map<string, { between: boolean; spans: GanttSpan[] }>();
  const add = (phase: string, between: boolean, span: GanttSpan) => {
    const row = byPhase.get(phase) ?? { between, spans: [] };
    row.spans.push(span);
    byPhase.set(phase, row);
  };
  for (const { step, endedAt, timings } of steps) {
    let at = endedAt - timings.reduce((sum, [, ms]) => sum + ms, 0);
    for (const [phase, ms] of timings) {
      if (ms > 0) add(phase, false, { step, from: at, to: at + ms, detail: null });
      at += ms;
    }
  }
  for (const { phase, from, to, detail } of phases) add(phase, true, { step: null, from, to, detail });
  const rows = [...byPhase].map(([phase, { between, spans }]) => ({
    phase,
    between,
    spans,
    milliseconds: spans.reduce((sum, span) => sum + span.to - span.from, 0),
  }));
  const all = rows.flatMap(({ spans }) => spans);
  return {
    rows: [...rows.filter(({ between }) => !between), ...rows.filter(({ between }) => between)],
    from: Math.min(...all.map(({ from }) => from)),
    to: Math.max(...all.map(({ to }) => to)),
  };
}
