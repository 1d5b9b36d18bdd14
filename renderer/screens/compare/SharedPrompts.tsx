import { useMemo, useState } from "react";
import type { PromptMoment, RunDetail } from "../../../contract/methods.ts";
import { evaluationLabel, stageLabel } from "../../explain.ts";
import { Card } from "../../parts/Card.tsx";
import { DiffText } from "../../parts/DiffText.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { matchesQuery } from "../../parts/Palette.tsx";
import { formatPercent } from "../../parts/format.ts";
import { useService, useServices } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { runColor } from "./run-colors.ts";
import styles from "./SharedPrompts.module.css";

const SHOWN = 200;
const MOST_ANSWERS = 4;

/** Prompts that all runs have met, those on which they disagree first, and their newest answers beside each other. */
export function SharedPrompts({
  runs,
  sample,
  onSample,
}: {
  readonly runs: readonly RunDetail[];
  readonly sample: string | null;
  readonly onSample: (sample: string) => void;
}) {
  const ids = runs.map(({ id }) => id);
  const { data: prompts, error } = useService("compare.prompts", { runs: ids });
  const [query, setQuery] = useState("");
  const found = useMemo(
    () => (prompts ?? []).filter((prompt) => matchesQuery(`${prompt.sampleId} ${prompt.task}`, query)),
    [prompts, query],
  );
  const chosen = sample ?? found[0]?.sampleId ?? null;
  return (
    <Card
      title="The same prompts"
      explanation="Prompts that every run has met, those on which the runs differ most first. Numbers are the share of right answers the last time each run met the prompt on ordered frames."
      aside={
        <input
          className={styles["filter"]}
          placeholder="Filter by task or row"
          aria-label="Filter prompts"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      }
    >
      {error && !prompts ? (
        <ErrorNote error={error} />
      ) : !prompts ? (
        <Skeleton height={240} />
      ) : prompts.length === 0 ? (
        <EmptyState compact icon="search" title="These runs have met no prompt in common." />
      ) : (
        <div className={styles["split"]}>
          <ul className={styles["list"]} aria-label="Shared prompts">
            {found.slice(0, SHOWN).map((prompt) => (
              <li key={prompt.sampleId}>
                <button
                  type="button"
                  aria-current={prompt.sampleId === chosen}
                  onClick={() => onSample(prompt.sampleId)}
                >
                  <span>
                    {prompt.task.replaceAll(/[_-]/g, " ")}
                    <em>{prompt.sampleId}</em>
                  </span>
                  <span className={styles["scores"]}>
                    {prompt.scores.map((score, place) => (
                      <i
                        key={ids[place]}
                        title={`${runs[place]!.name}: ${formatPercent(score, 0)}`}
                        style={{
                          borderColor: runColor(place),
                          background: `color-mix(in srgb, ${runColor(place)} ${score * 100}%, transparent)`,
                        }}
                      />
                    ))}
                  </span>
                </button>
              </li>
            ))}
            {found.length > SHOWN && <li className={styles["more"]}>{found.length - SHOWN} more: use the filter</li>}
          </ul>
          {chosen !== null && <Answers key={chosen} runs={runs} sample={chosen} />}
        </div>
      )}
    </Card>
  );
}

/** Each run's newest answers to one prompt; texts are compared with the first answer of the first run. */
function Answers({ runs, sample }: { readonly runs: readonly RunDetail[]; readonly sample: string }) {
  const histories = useServices(
    "analysis.promptHistory",
    runs.map(({ id }) => ({ run: id, sampleId: sample })),
  );
  const about = histories.find(({ data }) => data?.question)?.data;
  const newest = histories.map(({ data }) => data?.moments.findLast((moment) => moment.view === "ordered"));
  const reference = newest[0]?.answers[0]?.text ?? null;
  if (histories.some(({ data, error }) => !data && !error)) return <Skeleton height={240} />;
  return (
    <div className={styles["answers"]}>
      <p className={styles["question"]}>
        {about?.question || sample}
        {about && about.options.length > 0 && <span>{about.options.join(" · ")}</span>}
        <span>
          right: <strong>{histories.find(({ data }) => data)?.data?.answer}</strong>
        </span>
      </p>
      <div className={styles["columns"]} style={{ gridTemplateColumns: `repeat(${runs.length}, minmax(0, 1fr))` }}>
        {runs.map((run, place) => (
          <section key={run.id} aria-label={`Answers of ${run.name}`} style={{ borderTopColor: runColor(place) }}>
            <h4>
              {run.name}
              {newest[place] && <Moment run={run.id} moment={newest[place]} />}
            </h4>
            {newest[place]?.answers.slice(0, MOST_ANSWERS).map((answer, index) => (
              <div key={index} className={styles["answer"]}>
                <span className={styles["verdict"]} data-right={answer.score === 1}>
                  <Icon name={answer.score === 1 ? "check" : "cross"} size={12} /> {answer.prediction || "no answer"}
                </span>
                <DiffText before={place === 0 ? null : reference} after={answer.text} />
              </div>
            )) ?? <p className={styles["none"]}>No answer on ordered frames.</p>}
          </section>
        ))}
      </div>
    </div>
  );
}

function Moment({ run, moment }: { readonly run: string; readonly moment: PromptMoment }) {
  if (moment.kind === "evaluation") {
    return (
      <span>
        {evaluationLabel(moment.label)}, step {moment.step}
      </span>
    );
  }
  return (
    <button
      type="button"
      onClick={() => navigate({ screen: "rollouts", run, step: moment.step, pair: moment.pair, rollout: null })}
    >
      {stageLabel(moment.label)}, step {moment.step}
    </button>
  );
}
