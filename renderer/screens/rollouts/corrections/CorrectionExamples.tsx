import type { CorrectionExample } from "../../../../contract/methods.ts";
import { findCorrections } from "../../../../science/aha.ts";
import { EmptyState, ErrorNote, Skeleton } from "../../../parts/EmptyState.tsx";
import { Icon } from "../../../parts/Icon.tsx";
import { formatCount, formatSigned } from "../../../parts/format.ts";
import { useService } from "../../../state/queries.ts";
import { navigate } from "../../../state/route.ts";
import type { CorrectionKind } from "./Corrections.tsx";
import styles from "./CorrectionExamples.module.css";

const EVERYTHING = 2 ** 31;

/** The answers behind a point of the curve (without one the newest of the run), with the moments marked. */
export function CorrectionExamples({
  run,
  kind,
  step,
}: {
  readonly run: string;
  readonly kind: CorrectionKind;
  readonly step: number | null;
}) {
  const { data, error } = useService("analysis.correctionExamples", {
    run,
    kind,
    fromStep: step ?? 0,
    toStep: step ?? EVERYTHING,
    limit: 60,
  });
  return (
    <section aria-label="Examples">
      <header className={styles["head"]}>
        <h2>{step === null ? "The newest" : `Step ${formatCount(step)}`}</h2>
        {step !== null && (
          <button
            type="button"
            onClick={() =>
              navigate(
                { screen: "rollouts", run, step: null, pair: null, rollout: null, view: "corrections" },
                "replace",
              )
            }
          >
            all steps
          </button>
        )}
      </header>
      {error && !data ? (
        <ErrorNote error={error} />
      ) : !data ? (
        <Skeleton height={200} />
      ) : data.length === 0 ? (
        <EmptyState compact icon="search" title="No answer here takes anything back." />
      ) : (
        <ul className={styles["examples"]}>
          {data.map((example) => (
            <li key={example.id}>
              <Example run={run} example={example} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Example({ run, example }: { readonly run: string; readonly example: CorrectionExample }) {
  const open = () => navigate({ screen: "rollouts", run, step: example.step, pair: example.pair, rollout: example.id });
  return (
    <button type="button" className={styles["example"]} data-example={example.id} onClick={open}>
      <span className={styles["about"]}>
        <span className={styles["verdict"]} data-correct={example.correct}>
          <Icon name={example.correct ? "check" : "cross"} size={12} /> {example.prediction || "no answer"}
        </span>
        step {formatCount(example.step)} · {example.task.replaceAll(/[_-]/g, " ")}
        {example.view === "shuffled" && <em>shuffled frames</em>}
        {example.advantage !== null && (
          <span data-sign={Math.sign(example.advantage)} className={styles["advantage"]}>
            {formatSigned(example.advantage)}
          </span>
        )}
      </span>
      <span className={styles["question"]}>{example.question}</span>
      <MarkedText text={example.text} />
    </button>
  );
}

/** A text with its second looks underlined; flips say from what to what. */
export function MarkedText({ text }: { readonly text: string }) {
  const pieces: React.ReactNode[] = [];
  let at = 0;
  for (const span of findCorrections(text)) {
    if (span.start < at) continue;
    pieces.push(text.slice(at, span.start));
    pieces.push(
      <mark key={span.start} data-kind={span.kind}>
        {span.text}
        {span.kind === "flip" && (
          <sup>
            {span.from} → {span.to}
          </sup>
        )}
      </mark>,
    );
    at = span.end;
  }
  pieces.push(text.slice(at));
  return <span className={styles["text"]}>{pieces}</span>;
}
