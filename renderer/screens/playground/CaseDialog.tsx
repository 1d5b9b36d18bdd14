import { useState } from "react";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { invalidate } from "../../state/queries.ts";
import styles from "./Playground.module.css";
import { optionsOf, type Draft } from "./draft.ts";

/** Asks for the expected answer and keeps question, clip and answer. */
export function CaseDialog({
  draft,
  given,
  onClose,
  onSaved,
}: {
  readonly draft: Draft;
  /** What the model answered. */
  readonly given: string;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const [answer, setAnswer] = useState(draft.answer);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const options = optionsOf(draft);
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const frames = draft.frames === "" ? null : Number(draft.frames);
      await call("cases.save", { path: draft.path.trim(), question: draft.question, options, answer, frames, note });
      invalidate((method) => method === "cases.list" || method === "evaluations.overview");
      onSaved();
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };
  return (
    <Modal
      title="Save as test case"
      description="The question is kept with a copy of its clip. All test cases together are a benchmark on the Evals screen."
      onClose={onClose}
    >
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p className={styles["quoted"]}>{draft.question}</p>
        <Field
          label="Expected answer"
          note={
            options.length > 0
              ? `A letter or the option's words. The model gave ${given || "nothing"}.`
              : `The model gave ${given || "nothing"}.`
          }
        >
          <input required value={answer} onChange={(event) => setAnswer(event.target.value)} />
        </Field>
        <Field label="Note" note="Why it is worth keeping, if you like.">
          <input value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
        {error && <ErrorNote error={error} />}
        <div className={styles["buttons"]}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy || answer.trim() === ""}>
            {busy ? "Saving …" : "Save"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
