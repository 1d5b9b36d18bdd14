import { useMemo, useState } from "react";
import type { EvaluationsOverview, EvaluationSummary } from "../../../contract/methods.ts";
import { exportScores, type ExportFormat } from "../../../science/evaluation/export.ts";
import { useActions } from "../../actions.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { Page } from "../../parts/Page.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { saveText } from "../../parts/save-text.ts";
import { formatCount, formatDuration } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { BenchmarkList } from "./BenchmarkList.tsx";
import { FrameCurves } from "./FrameCurves.tsx";
import { ImportDialog } from "./ImportDialog.tsx";
import { MatrixTable } from "./MatrixTable.tsx";
import { StartDialog } from "./StartDialog.tsx";
import { WhileTraining } from "./WhileTraining.tsx";
import { buildMatrix, frameCurves, scoreRows } from "./matrix.ts";
import { refreshEvaluations } from "./refresh.ts";
import styles from "./MatrixPage.module.css";

/** Benchmarks across, models down. */
export function MatrixPage({ overview }: { readonly overview: EvaluationsOverview }) {
  const [scope, setScope] = useState<"measured" | "all">("measured");
  const [dialog, setDialog] = useState<"start" | "import" | null>(null);
  const start = (): void => setDialog("start");
  const importTheirs = (): void => setDialog("import");
  const matrix = useMemo(() => buildMatrix(overview, scope === "all"), [overview, scope]);
  const curves = useMemo(() => frameCurves(overview.evaluations), [overview]);
  const save = (format: ExportFormat): void => {
    saveText(`evaluations.${format === "latex" ? "tex" : format}`, exportScores(scoreRows(overview), format));
  };
  const hasScores = matrix.rows.length > 0;
  const unfinished = overview.evaluations.filter(({ state, result }) => state === "running" || result === null);
  useActions([
    { id: "new-evaluation", label: "New evaluation", group: "Evals", shortcut: "c", perform: start },
    { id: "import-results", label: "Import others' results", group: "Evals", perform: importTheirs },
    { id: "export-csv", label: "Export scores as CSV", group: "Evals", enabled: hasScores, perform: () => save("csv") },
    {
      id: "export-json",
      label: "Export scores as JSON",
      group: "Evals",
      enabled: hasScores,
      perform: () => save("json"),
    },
    {
      id: "export-latex",
      label: "Export scores as LaTeX",
      group: "Evals",
      enabled: hasScores,
      perform: () => save("latex"),
    },
  ]);
  return (
    <Page
      title="Evals"
      actions={
        <>
          <Segmented
            label="Benchmarks"
            value={scope}
            onChange={setScope}
            choices={[
              { value: "measured", label: "Measured" },
              { value: "all", label: "All benchmarks" },
            ]}
          />
          {(["csv", "json", "latex"] as const).map((format) => (
            <Button key={format} disabled={!hasScores} onClick={() => save(format)}>
              {format === "latex" ? "LaTeX" : format.toUpperCase()}
            </Button>
          ))}
          <Button hint="Result files of others, scored again" onClick={importTheirs}>
            Import
          </Button>
          <Button kind="primary" icon="plus" shortcut="c" hint="Measure checkpoints" onClick={start}>
            New evaluation
          </Button>
        </>
      }
    >
      <div className={styles["stack"]}>
        {unfinished.map((evaluation) => (
          <Unfinished key={evaluation.id} evaluation={evaluation} />
        ))}
        {matrix.columns.length === 0 ? (
          <EmptyState
            icon="evals"
            title="No checkpoint was measured on a benchmark yet. The sample pack's held-out questions take about a minute."
          >
            <Button kind="primary" icon="plus" onClick={start}>
              New evaluation
            </Button>
            <Button onClick={() => setScope("all")}>See published numbers</Button>
          </EmptyState>
        ) : (
          <MatrixTable matrix={matrix} journalled={overview.journalled} />
        )}
        <WhileTraining journalled={overview.journalled} />
        {curves.length > 0 && <FrameCurves curves={curves} />}
        {scope === "all" && <BenchmarkList benchmarks={overview.benchmarks} />}
      </div>
      {dialog === "start" && <StartDialog overview={overview} onClose={() => setDialog(null)} />}
      {dialog === "import" && <ImportDialog overview={overview} onClose={() => setDialog(null)} />}
    </Page>
  );
}

const STATES = { running: "running", done: "done", stopped: "stopped", failed: "failed" } as const;

function Unfinished({ evaluation }: { readonly evaluation: EvaluationSummary }) {
  const { id, benchmark, models, state, progress } = evaluation;
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  const act = (method: "evaluations.stop" | "evaluations.continue"): void => {
    void call(method, { evaluation: id }).then(refreshEvaluations, refreshEvaluations);
  };
  return (
    <section className={styles["work"]} data-state={state} aria-label={`Evaluation of ${benchmark.title}`}>
      <div className={styles["workText"]}>
        <a
          href={formatRoute({
            screen: "evals",
            evaluation: id,
            model: 0,
            view: "ordered",
            sample: null,
            against: null,
          })}
        >
          {benchmark.title}
        </a>
        <span>
          {models.length === 1 ? models[0]!.label : `${models.length} models`} · {STATES[state]}
        </span>
      </div>
      <div className={styles["bar"]} role="progressbar" aria-valuenow={Math.round(100 * share)} aria-label="Answers">
        <span style={{ width: `${100 * share}%` }} />
      </div>
      <p className={styles["rate"]}>
        {state === "failed"
          ? (progress?.message ?? "It failed; its log says why.")
          : state === "stopped"
            ? "Stopped: what was answered is kept."
            : progress === null || progress.total === 0
              ? "Loading models and questions …"
              : `${formatCount(progress.done)} of ${formatCount(progress.total)} answers` +
                (progress.itemsPerSecond === null
                  ? ""
                  : ` · ${progress.itemsPerSecond.toFixed(1)}/s · ${formatDuration(progress.secondsLeft)} left`)}
      </p>
      {state === "running" ? (
        <Button icon="stop" onClick={() => act("evaluations.stop")}>
          Stop
        </Button>
      ) : (
        <Button icon="resume" onClick={() => act("evaluations.continue")}>
          Go on
        </Button>
      )}
    </section>
  );
}
