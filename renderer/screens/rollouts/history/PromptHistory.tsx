import { useMemo, useState } from "react";
import type { PromptHistory as History, PromptMoment, RunDetail } from "../../../../contract/methods.ts";
import { evaluationLabel, stageLabel } from "../../../explain.ts";
import { DiffText } from "../../../parts/DiffText.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../../parts/EmptyState.tsx";
import { Icon } from "../../../parts/Icon.tsx";
import { matchesQuery } from "../../../parts/Palette.tsx";
import { Segmented } from "../../../parts/Segmented.tsx";
import { formatCount, formatPercent } from "../../../parts/format.ts";
import { useService } from "../../../state/queries.ts";
import { navigate } from "../../../state/route.ts";
import styles from "./PromptHistory.module.css";

const SHOWN = 300;

/** The same prompt at the moments when the run met it: what it answered then, and what changed since. */
export function PromptHistory({ run, sample }: { readonly run: RunDetail; readonly sample: string | null }) {
  const { data: prompts, error } = useService("analysis.repeatedPrompts", { run: run.id });
  const [query, setQuery] = useState("");
  const found = useMemo(
    () => (prompts ?? []).filter((prompt) => matchesQuery(`${prompt.sampleId} ${prompt.task}`, query)),
    [prompts, query],
  );
  const chosen = sample ?? found[0]?.sampleId ?? null;
  if (error && !prompts) {
    return (
      <div className={styles["pad"]}>
        <ErrorNote error={error} />
      </div>
    );
  }
  if (!prompts) {
    return (
      <div className={styles["pad"]}>
        <Skeleton height={320} />
      </div>
    );
  }
  if (prompts.length === 0) {
    return (
      <div className={styles["pad"]}>
        <EmptyState icon="search" title="This run has not met any prompt twice yet." />
      </div>
    );
  }
  return (
    <div className={styles["view"]}>
      <aside className={styles["side"]} aria-label="Prompts that were met more than once">
        <input
          placeholder={`Filter ${formatCount(prompts.length)} prompts`}
          aria-label="Filter prompts"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <ul>
          {found.slice(0, SHOWN).map((prompt) => (
            <li key={prompt.sampleId}>
              <button
                type="button"
                aria-current={prompt.sampleId === chosen}
                onClick={() =>
                  navigate(
                    {
                      screen: "rollouts",
                      run: run.id,
                      step: null,
                      pair: null,
                      rollout: null,
                      view: "prompt",
                      sample: prompt.sampleId,
                    },
                    "replace",
                  )
                }
              >
                <span>
                  {prompt.task.replaceAll(/[_-]/g, " ")}
                  <em>
                    {prompt.sampleId} · {prompt.moments} moments
                  </em>
                </span>
                <span
                  className={styles["change"]}
                  data-sign={Math.sign(prompt.last - prompt.first)}
                  title="Share of right answers, first and last moment on ordered frames"
                >
                  {formatPercent(prompt.first, 0)} → {formatPercent(prompt.last, 0)}
                </span>
              </button>
            </li>
          ))}
          {found.length > SHOWN && <li className={styles["more"]}>{found.length - SHOWN} more: use the filter</li>}
        </ul>
      </aside>
      {chosen === null ? (
        <div className={styles["pad"]}>
          <EmptyState icon="search" title={`No prompt matches “${query}”.`} />
        </div>
      ) : (
        <Moments key={chosen} run={run.id} sample={chosen} />
      )}
    </div>
  );
}

/** What the model was shown: answers are compared within one view only. */
const VIEWS = [
  { value: "ordered", label: "Ordered" },
  { value: "shuffled", label: "Shuffled" },
  { value: "question-only", label: "No frames" },
];

/** Moments from left to right in time; each answer beside what it was at the moment before (or at the first). */
function Moments({ run, sample }: { readonly run: string; readonly sample: string }) {
  const { data, error } = useService("analysis.promptHistory", { run, sampleId: sample });
  const [against, setAgainst] = useState<"before" | "first" | "none">("before");
  const [view, setView] = useState("ordered");
  if (error && !data) {
    return (
      <div className={styles["pad"]}>
        <ErrorNote error={error} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className={styles["pad"]}>
        <Skeleton height={320} />
      </div>
    );
  }
  const views = new Set(data.moments.map((moment) => moment.view));
  const choices = VIEWS.filter(({ value }) => views.has(value));
  const shown = data.moments.filter((moment) => moment.view === view);
  return (
    <section className={styles["moments"]} aria-label="Moments">
      <Question history={data} />
      <div className={styles["choices"]}>
        <Segmented
          label="Compare with"
          value={against}
          onChange={setAgainst}
          choices={[
            { value: "before", label: "Against the moment before" },
            { value: "first", label: "Against the first" },
            { value: "none", label: "Plain" },
          ]}
        />
        {choices.length > 1 && <Segmented label="View" value={view} onChange={setView} choices={choices} />}
      </div>
      <ol className={styles["line"]} data-history={sample}>
        {shown.map((moment, index) => (
          <li key={`${moment.kind} ${moment.step} ${moment.label} ${index}`}>
            <Moment
              run={run}
              moment={moment}
              reference={against === "none" || index === 0 ? null : shown[against === "first" ? 0 : index - 1]!}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Question({ history }: { readonly history: History }) {
  return (
    <header className={styles["question"]}>
      <h2>{history.question || history.sampleId}</h2>
      <p>
        {history.options.length > 0 && <span>{history.options.join(" · ")}</span>}
        <span>
          right: <strong>{history.answer}</strong>
        </span>
        <span>
          {history.task.replaceAll(/[_-]/g, " ")}
          {history.question && ` · ${history.sampleId}`}
        </span>
      </p>
      {!history.question && (
        <p>
          Asked in measurements only: the journal keeps their answers, the question stands in the run&apos;s file of
          rows.
        </p>
      )}
    </header>
  );
}

/** Different answers of one moment, those that were given most first. */
function distinct(moment: PromptMoment): { text: string; prediction: string; score: number; times: number }[] {
  const byText = new Map<string, { text: string; prediction: string; score: number; times: number }>();
  for (const answer of moment.answers) {
    const known = byText.get(answer.text);
    if (known) known.times++;
    else byText.set(answer.text, { ...answer, times: 1 });
  }
  return [...byText.values()].sort((a, b) => b.times - a.times);
}

/** Measurements during a stage carry its name before it has ended. */
function momentLabel({ label }: PromptMoment): string {
  return label === "initial" ? evaluationLabel(label) : `${stageLabel(label)}, measured`;
}

const MOST_ANSWERS = 4;

function Moment({
  run,
  moment,
  reference,
}: {
  readonly run: string;
  readonly moment: PromptMoment;
  readonly reference: PromptMoment | null;
}) {
  const answers = distinct(moment);
  const compared = reference ? (distinct(reference)[0]?.text ?? null) : null;
  const right = moment.answers.reduce((sum, { score }) => sum + score, 0) / Math.max(1, moment.answers.length);
  return (
    <article className={styles["moment"]} data-kind={moment.kind}>
      <header>
        {moment.kind === "group" ? (
          <button
            type="button"
            onClick={() => navigate({ screen: "rollouts", run, step: moment.step, pair: moment.pair, rollout: null })}
          >
            Step {formatCount(moment.step)}
          </button>
        ) : (
          <strong>Step {formatCount(moment.step)}</strong>
        )}
        <span>{moment.kind === "group" ? `${stageLabel(moment.label)}, sampled` : momentLabel(moment)}</span>
        <span className={styles["share"]} data-right={right >= 0.5}>
          {moment.answers.length > 1 ? (
            `${formatPercent(right, 0)} right of ${moment.answers.length}`
          ) : (
            <>
              <Icon name={right === 1 ? "check" : "cross"} size={12} /> {moment.answers[0]?.prediction || "no answer"}
            </>
          )}
        </span>
      </header>
      {answers.slice(0, MOST_ANSWERS).map((answer) => (
        <div key={answer.text} className={styles["answer"]}>
          {moment.answers.length > 1 && (
            <span className={styles["times"]} data-right={answer.score === 1}>
              {answer.times} ×
            </span>
          )}
          <DiffText before={compared} after={answer.text} />
        </div>
      ))}
      {answers.length > MOST_ANSWERS && <p className={styles["more"]}>{answers.length - MOST_ANSWERS} other answers</p>}
    </article>
  );
}
