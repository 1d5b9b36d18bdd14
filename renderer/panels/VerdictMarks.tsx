import type { RolloutVerdict } from "../../contract/methods.ts";
import { Icon } from "../parts/Icon.tsx";
import { Tip } from "../parts/Tip.tsx";
import styles from "./VerdictMarks.module.css";

/** A verifier's four checks of one rollout as marks; opened, with the judge's reason and the second opinion. */
export function VerdictMarks({
  verdict,
  composed,
  open,
}: {
  readonly verdict: RolloutVerdict;
  /** The checks are of the rollout whose answer a text ends on, not of the text. */
  readonly composed: boolean;
  readonly open: boolean;
}) {
  const { accuracy, consistency, repetition, length, thinkingTokens, derivedAnswer, why, judge } = verdict;
  const { secondConsistency, secondJudge } = verdict;
  const marks = [
    { name: "right", passed: accuracy, text: accuracy ? "The answer is right." : "The answer is wrong." },
    { name: "follows", passed: consistency, text: `${why} (${judge})` },
    {
      name: "no repeats",
      passed: repetition,
      text: repetition ? "Nothing is repeated." : "The thought repeats itself.",
    },
    {
      name: "long",
      passed: length,
      text: `${thinkingTokens} tokens, ${length ? "more" : "not more"} than the group's median.`,
    },
  ];
  return (
    <div className={styles["verdict"]}>
      <ul className={styles["marks"]} aria-label={composed ? "Checks of the rollout it ends on" : "Checks"}>
        {marks.map(({ name, passed, text }) => (
          <li key={name} data-check={name} data-passed={passed}>
            <Tip text={text}>
              <button type="button" aria-label={`${name}: ${passed ? "passed" : "failed"}. ${text}`}>
                <Icon name={passed ? "check" : "cross"} size={11} />
                {name}
              </button>
            </Tip>
          </li>
        ))}
      </ul>
      {open && (
        <p>
          {why} {derivedAnswer === null ? "" : `Derived answer: ${derivedAnswer}. `}Judge: {judge}
          {secondJudge !== null &&
            secondConsistency !== null &&
            `; ${secondJudge} says it ${secondConsistency ? "follows" : "does not follow"}`}
          .
        </p>
      )}
    </div>
  );
}
