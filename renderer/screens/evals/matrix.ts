/** The matrix of scores: one column a benchmark and protocol, one row a model by its weights, published numbers as ghosts. */
import type { EvaluatedModel, Measured, Protocol, ViewSummary } from "../../../contract/evaluation.ts";
import type {
  BenchmarkSummary,
  EvaluationsOverview,
  EvaluationSummary,
  JournalledScore,
  PublishedScore,
} from "../../../contract/methods.ts";
import type { ScoreRow } from "../../../science/evaluation/export.ts";
import { protocolFacts } from "../../../science/evaluation/protocol.ts";

export interface MatrixColumn {
  readonly key: string;
  readonly benchmark: string;
  readonly title: string;
  readonly mainMetric: string;
  /** Null: nothing was measured here, only published numbers are shown. */
  readonly protocol: Protocol | null;
  readonly limit: number | null;
}

export interface MatrixCell {
  readonly evaluation: string;
  readonly model: number;
  readonly main: Measured;
  readonly ordered: ViewSummary;
  readonly shuffled: ViewSummary | null;
}

export interface MatrixRow {
  readonly key: string;
  readonly label: string;
  readonly step: number | null;
  readonly directory: string;
  readonly cells: ReadonlyMap<string, MatrixCell>;
}

export interface GhostRow {
  readonly key: string;
  readonly model: string;
  /** By benchmark; several where several frame counts or metrics were published. */
  readonly scores: ReadonlyMap<string, readonly PublishedScore[]>;
}

export interface Matrix {
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly MatrixRow[];
  readonly ghosts: readonly GhostRow[];
}

/** A model is known by its weights; whoever wrote imported outputs, by the name given. */
const keyOf = ({ weights, label }: EvaluatedModel): string => weights || label;

/** What must be equal for two scores to stand in one column. */
export function protocolKey(protocol: Protocol): string {
  return protocolFacts(protocol)
    .filter(([name]) => name !== "views")
    .map(([, value]) => value)
    .join("|");
}

export function buildMatrix(overview: EvaluationsOverview, allBenchmarks: boolean): Matrix {
  const columns = new Map<string, MatrixColumn>();
  const rows = new Map<
    string,
    { label: string; step: number | null; directory: string; cells: Map<string, MatrixCell> }
  >();
  // Oldest first, so that the newest measurement of a cell is the one that stays.
  for (const evaluation of [...overview.evaluations].reverse()) {
    if (evaluation.result === null) continue;
    const column = columnOf(evaluation);
    columns.set(column.key, column);
    evaluation.result.models.forEach(({ model, views }, index) => {
      const view = evaluation.protocol.views[0]!;
      const summary = views[view];
      const main = summary?.metrics[evaluation.result!.mainMetric];
      if (summary === undefined || main === undefined) return;
      const row = rows.get(keyOf(model)) ?? {
        label: model.label,
        step: model.step,
        directory: model.directory,
        cells: new Map(),
      };
      rows.set(keyOf(model), row);
      row.cells.set(column.key, {
        evaluation: evaluation.id,
        model: index,
        main,
        ordered: summary,
        shuffled: views["shuffled"] ?? null,
      });
    });
  }
  const measured = [...columns.values()].sort((a, b) => a.title.localeCompare(b.title, "en"));
  const shown = new Set(measured.map(({ benchmark }) => benchmark));
  const others = allBenchmarks ? overview.benchmarks.filter(({ id }) => !shown.has(id)).map(emptyColumn) : [];
  const all = [...measured, ...others];
  return {
    columns: all,
    rows: [...rows].map(([key, row]) => ({ key, ...row })),
    ghosts: ghostRows(overview.benchmarks, new Set(all.map(({ benchmark }) => benchmark))),
  };
}

function columnOf({ benchmark, protocol, result }: EvaluationSummary): MatrixColumn {
  const { id, title, limit } = benchmark;
  const key = `${id}|${protocolKey(protocol)}|${limit ?? "all"}`;
  return { key, benchmark: id, title, mainMetric: result!.mainMetric, protocol, limit };
}

const emptyColumn = ({ id, title, mainMetric }: BenchmarkSummary): MatrixColumn => ({
  key: id,
  benchmark: id,
  title,
  mainMetric,
  protocol: null,
  limit: null,
});

function ghostRows(benchmarks: readonly BenchmarkSummary[], shown: ReadonlySet<string>): GhostRow[] {
  const rows = new Map<string, Map<string, PublishedScore[]>>();
  for (const { id, published } of benchmarks) {
    if (!shown.has(id)) continue;
    for (const score of published) {
      const row = rows.get(score.model) ?? new Map<string, PublishedScore[]>();
      rows.set(score.model, row);
      row.set(id, [...(row.get(id) ?? []), score]);
    }
  }
  return [...rows]
    .map(([model, scores]) => ({ key: model, model, scores }))
    .sort((a, b) => b.scores.size - a.scores.size || a.model.localeCompare(b.model, "en"));
}

/** What one evaluation measured, as rows for a file; published numbers of its benchmark after them. */
export function scoreRows(overview: EvaluationsOverview): ScoreRow[] {
  const measured = overview.evaluations.flatMap((evaluation) => (evaluation.result === null ? [] : rowsOf(evaluation)));
  const used = new Set(overview.evaluations.map(({ benchmark }) => benchmark.id));
  const published = overview.benchmarks
    .filter(({ id }) => used.has(id))
    .flatMap(({ title, published: scores }) =>
      scores.map((score): ScoreRow => ({
        benchmark: title,
        model: score.model,
        view: "ordered",
        metric: score.metric,
        n: null,
        value: score.value / 100,
        low: null,
        high: null,
        frames: score.frames,
        protocol: score.protocol,
        promptHash: "",
        temperature: "",
        extraction: "",
        source: score.source,
      })),
    );
  return [...measured, ...published];
}

function rowsOf({ benchmark, protocol, result, importedFrom }: EvaluationSummary): ScoreRow[] {
  return result!.models.flatMap(({ model, views }) =>
    Object.entries(views).flatMap(([view, summary]) =>
      Object.entries(summary.metrics).map(([metric, { n, value, interval }]): ScoreRow => ({
        benchmark: benchmark.title,
        model: model.label,
        view,
        metric,
        n,
        value,
        low: interval[0],
        high: interval[1],
        frames: protocol.vision.maxFrames,
        protocol: protocol.preset,
        promptHash: protocol.promptHash,
        temperature: String(protocol.temperature),
        extraction: protocol.extraction,
        source:
          importedFrom === null
            ? `measured here, weights ${model.weights.slice(0, 12)}`
            : `imported from ${importedFrom}`,
      })),
    ),
  );
}

export interface FramePoint {
  readonly frames: number;
  readonly ordered: number;
  readonly shuffled: number | null;
  readonly interval: readonly [number, number];
}
export interface FrameCurve {
  readonly key: string;
  readonly model: string;
  readonly benchmark: string;
  readonly points: readonly FramePoint[];
}

/** Scores of one model on one benchmark under protocols that differ in their frame count only: two points or more. */
export function frameCurves(evaluations: readonly EvaluationSummary[]): FrameCurve[] {
  const curves = new Map<string, { model: string; benchmark: string; points: Map<number, FramePoint> }>();
  for (const { benchmark, protocol, result } of [...evaluations].reverse()) {
    if (result === null) continue;
    // The fewest frames follow the most, where somebody asks for less than a preset's fewest.
    const anyFrames = { ...protocol.vision, minFrames: 0, maxFrames: 0 };
    const sameFrames: Protocol = { ...protocol, preset: "", vision: anyFrames };
    for (const { model, views } of result.models) {
      const ordered = views["ordered"]?.metrics[result.mainMetric];
      if (ordered === undefined) continue;
      const key = `${benchmark.id}|${benchmark.limit ?? "all"}|${keyOf(model)}|${protocolKey(sameFrames)}`;
      const curve = curves.get(key) ?? {
        model: model.label,
        benchmark: benchmark.title,
        points: new Map<number, FramePoint>(),
      };
      curves.set(key, curve);
      curve.points.set(protocol.vision.maxFrames, {
        frames: protocol.vision.maxFrames,
        ordered: ordered.value,
        shuffled: views["shuffled"]?.metrics[result.mainMetric]?.value ?? null,
        interval: ordered.interval,
      });
    }
  }
  return [...curves]
    .filter(([, { points }]) => points.size > 1)
    .map(([key, { points, ...curve }]) => ({
      key,
      ...curve,
      points: [...points.values()].sort((a, b) => a.frames - b.frames),
    }));
}

/** The journalled twin of a cell: the same run and step, on the held-out questions. */
export function journalledTwin(
  journalled: readonly JournalledScore[],
  run: string | null,
  step: number | null,
): JournalledScore | null {
  if (run === null) return null;
  return journalled.find((score) => score.run === run && score.step === step) ?? null;
}
