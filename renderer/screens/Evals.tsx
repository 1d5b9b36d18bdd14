import { ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import type { EvalsRoute } from "../state/address.ts";
import { useService } from "../state/queries.ts";
import { ComparePage } from "./evals/ComparePage.tsx";
import { EvaluationPage } from "./evals/EvaluationPage.tsx";
import { MatrixPage } from "./evals/MatrixPage.tsx";
import { useRefreshWhileRunning } from "./evals/refresh.ts";

/** Measurements of checkpoints on benchmarks: the matrix, one evaluation item by item, or two against each other. */
export function Evals({ evaluation, model, view, sample, against }: EvalsRoute) {
  const { data: overview, error } = useService("evaluations.overview", {});
  useRefreshWhileRunning(overview);
  if (!overview) {
    return <Page title="Evals">{error ? <ErrorNote error={error} /> : <Skeleton height={240} />}</Page>;
  }
  if (evaluation === null) return <MatrixPage overview={overview} />;
  if (against !== null) {
    return <ComparePage left={against} right={{ evaluation, model, view }} overview={overview} />;
  }
  const summary = overview.evaluations.find(({ id }) => id === evaluation);
  return (
    <EvaluationPage id={evaluation} summary={summary} model={model} view={view} sample={sample} overview={overview} />
  );
}
