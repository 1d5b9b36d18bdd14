import { useState } from "react";
import type { RunSummary } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import styles from "./EditRun.module.css";

/** Name, tags and note of a run: kept apart from its journal, which nobody edits. */
export function EditRun({ run, onClose }: { readonly run: RunSummary; readonly onClose: () => void }) {
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(", "));
  const [note, setNote] = useState(run.note);
  const [error, setError] = useState<Error | null>(null);
  const save = () => {
    const list = tags
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean);
    call("runs.mark", { runs: [run.id], name, note, tags: list }).then(onClose, setError);
  };
  return (
    <Modal title="Edit run" description={run.id} onClose={onClose}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label="Name" note="Empty: the name that it was launched with.">
          <input value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Tags" note="Separated by commas.">
          <input value={tags} onChange={(event) => setTags(event.target.value)} />
        </Field>
        <Field label="Note">
          <textarea rows={5} value={note} maxLength={20_000} onChange={(event) => setNote(event.target.value)} />
        </Field>
        {error && <ErrorNote error={error} />}
        <div className={styles["buttons"]}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
