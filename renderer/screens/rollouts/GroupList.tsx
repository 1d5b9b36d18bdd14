import { useEffect, useRef } from "react";
import type { RolloutView } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { formatNumber } from "../../parts/format.ts";
import { FILTERS, holdsWords, passesFilter } from "./pairs.ts";
import type { Pair, PairFilter } from "./pairs.ts";
import styles from "./GroupList.module.css";

const FILTER_WORDS: Readonly<Record<PairFilter, { readonly label: string; readonly hint: string }>> = {
  all: { label: "All", hint: "Every prompt of this step" },
  dead: { label: "Dead", hint: "No reward differs: no gradient" },
  gate: { label: "Bonus", hint: "The temporal gate passed and somebody was right" },
  truncated: { label: "Truncated", hint: "An answer hit the length limit" },
  correction: { label: "Second thoughts", hint: "An answer takes something back" },
  contradiction: {
    label: "Contradicts",
    hint: "The reasoning of an answer leads, by a rule, to another answer than the one that is given",
  },
};

/** One mark for each rollout: filled when right, hollow when wrong. */
function Dots({
  rollouts,
  kind,
}: {
  readonly rollouts: readonly RolloutView[];
  readonly kind: "ordered" | "shuffled";
}) {
  return (
    <span
      className={styles["dots"]}
      data-kind={kind}
      aria-label={`${kind}: ${rollouts.filter(({ correct }) => correct).length} of ${rollouts.length} right`}
    >
      {rollouts.map((rollout) => (
        <i key={rollout.id} data-correct={rollout.correct} />
      ))}
    </span>
  );
}

/** One dot of the legend. */
function Key({ kind, correct = false }: { readonly kind: "ordered" | "shuffled"; readonly correct?: boolean }) {
  return (
    <span className={styles["dots"]} data-kind={kind} aria-hidden="true">
      <i data-correct={correct} />
    </span>
  );
}

/** The prompts of a step. */
export function GroupList({
  pairs,
  filter,
  words,
  selected,
  onFilter,
  onWords,
  onSelect,
}: {
  readonly pairs: readonly Pair[];
  readonly filter: PairFilter;
  /** What question or answers must hold. */
  readonly words: string;
  readonly selected: string | null;
  readonly onFilter: (filter: PairFilter) => void;
  readonly onWords: (words: string) => void;
  readonly onSelect: (pair: string) => void;
}) {
  const shown = pairs.filter((pair) => passesFilter(pair, filter) && holdsWords(pair, words));
  const search = useRef<HTMLInputElement>(null);
  useActions([
    {
      id: "find-answers",
      label: "Find words in this step's questions and answers",
      group: "Rollouts",
      shortcut: "/",
      perform: () => search.current?.focus(),
    },
  ]);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <aside className={styles["side"]} aria-label="Prompts of this step">
      <div className={styles["filters"]}>
        <input
          ref={search}
          type="search"
          aria-label="Find in questions and answers"
          placeholder="Find in questions and answers"
          value={words}
          onChange={(event) => onWords(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        {FILTERS.map((name) => {
          const count = name === "all" ? pairs.length : pairs.filter((pair) => passesFilter(pair, name)).length;
          // A filter that finds nothing is no choice.
          if (count === 0 && filter !== name && name !== "all") return null;
          return (
            <button
              key={name}
              type="button"
              aria-pressed={filter === name}
              title={FILTER_WORDS[name].hint}
              onClick={() => onFilter(name)}
            >
              {FILTER_WORDS[name].label} <span>{count}</span>
            </button>
          );
        })}
      </div>
      <p className={styles["key"]}>
        <Key correct kind="ordered" /> right <Key kind="ordered" /> wrong <Key correct kind="shuffled" /> shuffled, ±
        spread
      </p>
      {shown.length === 0 && <EmptyState icon="search" title="No prompt of this step passes the filter." />}
      <ul ref={list} className={styles["list"]}>
        {shown.map(({ pair, ordered, shuffled }) => (
          <li key={pair}>
            <button type="button" aria-current={pair === selected} onClick={() => onSelect(pair)}>
              <span className={styles["question"]}>{ordered.question}</span>
              <span className={styles["marks"]}>
                <Dots rollouts={ordered.rollouts} kind="ordered" />
                {shuffled && <Dots rollouts={shuffled.rollouts} kind="shuffled" />}
              </span>
              <span className={styles["meta"]}>
                {ordered.task.replaceAll("_", " ")}
                <span>
                  {ordered.dead ? <em data-kind="dead">dead</em> : <>± {formatNumber(ordered.rewardStd, 2)}</>}
                  {ordered.gate?.passed && ordered.gate.eligible.length > 0 && <em data-kind="gate">bonus</em>}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}
