/** Everything the evaluations screen shows at first: benchmarks, what was measured, and what runs journalled. */
import { join } from "node:path";
import type {
  BenchmarkSummary,
  EvaluationsOverview,
  EvaluationSummary,
  JournalledScore,
} from "../../contract/methods/evaluations.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Benchmark } from "../../science/evaluation/benchmark.ts";
import { describe, listEvents } from "../runs/summaries.ts";
import type { Db } from "../store/databases.ts";
import { benchmarks, fileInDataFolder } from "./benchmarks.ts";
import { evaluationFolder } from "./new-evaluation.ts";
import { evaluationIds, readProgress, readRequest, readResult } from "./read.ts";
import { isAtWork } from "./start.ts";

export function evaluationsOverview(data: string, database: Db, runs: readonly string[]): EvaluationsOverview {
  return {
    benchmarks: benchmarks().map((benchmark) => benchmarkSummary(data, benchmark)),
    evaluations: evaluationIds(data)
      .map((id) => evaluationSummary(data, id))
      .sort((left, right) => right.createdAt - left.createdAt),
    journalled: runs.flatMap((run) => journalledScores(data, database, run)),
  };
}

function benchmarkSummary(data: string, benchmark: Benchmark): BenchmarkSummary {
  const { id, title, about, paper, items, mainMetric, presets, published, caveat, media } = benchmark;
  const file = fileInDataFolder(data, benchmark);
  const wantedAt = file ?? join(data, DATA_FOLDER.benchmarks, id);
  return {
    id,
    title,
    about,
    paper,
    items,
    mainMetric,
    presets,
    published,
    caveat: caveat ?? null,
    media,
    judged: isJudged(benchmark),
    file,
    wantedAt,
  };
}

function isJudged({ metrics, formats }: Benchmark): boolean {
  const named = formats.map(({ map }) => map?.metric);
  return [...Object.values(metrics), ...named].some((metric) =>
    JSON.stringify(metric ?? null).includes('"short-text"'),
  );
}

export function evaluationSummary(data: string, id: string): EvaluationSummary {
  const request = readRequest(data, id);
  const result = readResult(data, id);
  const progress = readProgress(data, id);
  const isAlive = isAtWork(evaluationFolder(data, id));
  const state = isAlive ? "running" : result !== null ? "done" : progress?.phase === "failed" ? "failed" : "stopped";
  const { createdAt, benchmark, models, protocol, importedFrom } = request;
  const { id: name, title, limit } = benchmark;
  return {
    id,
    createdAt,
    benchmark: { id: name, title, limit },
    importedFrom: importedFrom ?? null,
    models: result?.models.map(({ model }) => model) ?? models,
    protocol,
    state,
    progress,
    result,
  };
}

/** The newest held-out measurement of each policy of a run. */
function journalledScores(data: string, database: Db, run: string): JournalledScore[] {
  const events = listEvents(database, run, "evaluation").filter((event) => event.split === "heldout");
  if (events.length === 0) return [];
  const runName = describe(database, data, run)?.name ?? run;
  const newest = new Map(events.map((event) => [event.label, event]));
  return [...newest.values()].map(({ label, step, n, accuracy, interval, accuracyShuffled }) => ({
    run,
    runName,
    label,
    step,
    n,
    accuracy,
    interval,
    accuracyShuffled,
  }));
}
