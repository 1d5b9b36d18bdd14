import type { AnswerJudgeSource, EvaluatedModel } from "../../../contract/evaluation.ts";
import { Field } from "../../parts/Field.tsx";
import styles from "./StartDialog.module.css";

export interface JudgeDraft {
  readonly kind: "rule" | "checkpoint" | "endpoint";
  /** Folder or address. */
  readonly at: string;
  readonly model: string;
}
export const RULE: JudgeDraft = { kind: "rule", at: "", model: "" };

export const quoted = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The same on the command line. */
export const judgeOptions = ({ kind, at, model }: JudgeDraft): string[] => [
  `--judge ${quoted(at)}`,
  ...(kind === "endpoint" ? [`--judge-model ${quoted(model)}`] : []),
];

/** As the protocol has it; undefined for the rule and while nobody could judge. */
export function sourceOfJudge(judge: JudgeDraft): AnswerJudgeSource | undefined {
  const { kind, at, model } = judge;
  if (kind === "rule" || problemOfJudge(judge) !== null) return undefined;
  return kind === "checkpoint" ? { kind, folder: at } : { kind, address: at, model };
}

/** Why nobody could judge; null where somebody can. */
export function problemOfJudge({ kind, at, model }: JudgeDraft): string | null {
  if (kind === "checkpoint") return at === "" ? "Choose a checkpoint." : null;
  if (kind === "rule") return null;
  if (!/^https?:\/\/[^/\s]+/.test(at)) return "Write the address as http://HOST:PORT/v1.";
  return model.trim() === "" ? "Say which model the service runs." : null;
}

/** Who says whether a free answer means what the truth means. */
export function JudgeFields({
  judge,
  models,
  onChange,
}: {
  readonly judge: JudgeDraft;
  readonly models: readonly EvaluatedModel[];
  readonly onChange: (judge: JudgeDraft) => void;
}) {
  const problem = problemOfJudge(judge);
  return (
    <div className={styles["pair"]}>
      <Field label="Judge of free answers" note={NOTES[judge.kind]}>
        <select
          value={judge.kind}
          onChange={(event) => onChange({ ...RULE, kind: event.target.value as JudgeDraft["kind"] })}
        >
          <option value="rule">Rule: polarity, then every content word</option>
          <option value="checkpoint">A checkpoint</option>
          <option value="endpoint">A service (OpenAI&apos;s protocol)</option>
        </select>
      </Field>
      {judge.kind === "checkpoint" && (
        <Field label="Judging checkpoint" note={problem ?? judge.at}>
          <select value={judge.at} onChange={(event) => onChange({ ...judge, at: event.target.value })}>
            <option value="" disabled>
              Choose …
            </option>
            {models.map(({ directory, label }) => (
              <option key={directory} value={directory}>
                {label}
              </option>
            ))}
          </select>
        </Field>
      )}
      {judge.kind === "endpoint" && (
        <Field label="Address and model" note={problem ?? "The key is read from SECONDLOOK_ENDPOINT_KEY."}>
          <input
            value={judge.at}
            placeholder="http://localhost:8000/v1"
            aria-label="Address of the service"
            onChange={(event) => onChange({ ...judge, at: event.target.value })}
          />
          <input
            value={judge.model}
            placeholder="model that it runs"
            aria-label="Model of the service"
            onChange={(event) => onChange({ ...judge, model: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}

const NOTES: Readonly<Record<JudgeDraft["kind"], string>> = {
  rule: "What it is not sure of counts as wrong and is flagged.",
  checkpoint: "It is asked in words, so it must follow instructions; its verdicts and the rule's are both kept.",
  endpoint: "It is shown question, truth and answer; its verdicts and the rule's are both kept.",
};
