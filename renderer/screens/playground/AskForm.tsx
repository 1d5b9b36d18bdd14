import type { AskableModel } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { Field } from "../../parts/Field.tsx";
import { useService } from "../../state/queries.ts";
import { draftProblem, FRAME_ORDERS, fromSample, type Draft } from "./draft.ts";
import { MediumField } from "./MediumField.tsx";
import styles from "./Playground.module.css";

type NumberField = "temperature" | "topP" | "topK" | "maxTokens" | "frames" | "pixels" | "seed";

/** Checkpoints, clip, question and sampler. Empty fields of the sampler are what the checkpoint was trained with. */
export function AskForm({
  draft,
  models,
  busy,
  onDraft,
  onAsk,
  onCancel,
}: {
  readonly draft: Draft;
  readonly models: readonly AskableModel[];
  readonly busy: boolean;
  readonly onDraft: (change: Partial<Draft>) => void;
  readonly onAsk: () => void;
  readonly onCancel: () => void;
}) {
  const samples = useService("session.samples", {});
  const first = models.find(({ directory }) => directory === draft.first) ?? models[0];
  const problem = draftProblem(draft);
  const option = ({ directory, label }: AskableModel) => (
    <option key={directory} value={directory}>
      {label}
    </option>
  );
  const number = (name: NumberField, label: string, placeholder: string, step = 1) => (
    <Field label={label}>
      <input
        type="number"
        min={0}
        step={step}
        value={draft[name]}
        placeholder={placeholder}
        onChange={(event) => onDraft({ [name]: event.target.value })}
      />
    </Field>
  );
  return (
    <form
      className={styles["form"]}
      aria-label="Ask a checkpoint"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      <Field label="Checkpoint">
        <select value={first?.directory ?? ""} onChange={(event) => onDraft({ first: event.target.value })}>
          {models.map(option)}
        </select>
      </Field>
      <Field label="Beside it">
        <select value={draft.second} onChange={(event) => onDraft({ second: event.target.value })}>
          <option value="">no other</option>
          {models.map(option)}
        </select>
      </Field>
      {(samples.data?.length ?? 0) > 0 && (
        <Field label="Fill in a held-out question">
          <select
            value=""
            onChange={(event) => {
              const sample = samples.data?.find(({ id }) => id === event.target.value);
              if (sample) onDraft(fromSample(sample));
            }}
          >
            <option value="">choose one of the sample pack</option>
            {samples.data?.map((sample) => (
              <option key={sample.id} value={sample.id}>
                {`${sample.question} (${sample.answer})`}
              </option>
            ))}
          </select>
        </Field>
      )}
      <MediumField path={draft.path} onPath={(path) => onDraft({ path, order: null })} />
      <Field label="Question">
        <textarea required value={draft.question} onChange={(event) => onDraft({ question: event.target.value })} />
      </Field>
      <Field label="Options" note="One a line; empty: a free answer.">
        <textarea value={draft.options} onChange={(event) => onDraft({ options: event.target.value })} />
      </Field>
      {problem && (
        <p className={styles["problem"]} role="alert">
          {problem}
        </p>
      )}
      <div className={styles["row"]}>
        <Button
          kind="primary"
          type="submit"
          shortcut="Ctrl+Enter"
          disabled={busy || !first || draft.question.trim() === "" || problem !== null}
        >
          {busy ? "Answering …" : "Ask"}
        </Button>
        {busy && <Button onClick={onCancel}>Cancel</Button>}
      </div>
      <fieldset className={styles["sampler"]}>
        <legend>Frames</legend>
        <div className={styles["numbers"]}>
          {number("frames", "At most", first ? String(first.frames) : "")}
          {number("pixels", "Pixels a side", "as trained", 28)}
          <Field label="Shown">
            <select
              value={draft.order === null ? draft.shown : "as logged"}
              onChange={(event) => onDraft({ shown: event.target.value as Draft["shown"], order: null })}
            >
              {draft.order !== null && <option>as logged</option>}
              {FRAME_ORDERS.map((order) => (
                <option key={order}>{order}</option>
              ))}
            </select>
          </Field>
        </div>
      </fieldset>
      <fieldset className={styles["sampler"]}>
        <legend>Sampler</legend>
        <div className={styles["numbers"]}>
          {number("temperature", "Temperature", first ? String(first.temperature) : "", 0.1)}
          {number("topP", "Top-p", "1", 0.05)}
          {number("topK", "Top-k", "off")}
          {number("maxTokens", "Tokens at most", first ? String(first.maxTokens) : "")}
          {number("seed", "Seed", "0")}
        </div>
        <small>Temperature 0 takes the most likely token each time.</small>
      </fieldset>
    </form>
  );
}
