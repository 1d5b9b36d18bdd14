import { useEffect, useState } from "react";
import type { DatasetPreview } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { formatCount } from "../../parts/format.ts";
import { Sentence } from "../../parts/Sentence.tsx";
import { useService } from "../../state/queries.ts";
import { dataChanged } from "./progress.ts";
import styles from "./ImportDialog.module.css";

const TYPING_PAUSE_MS = 350;

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** File, media root, name; the first rows and what is wrong with them are shown before anything is imported. */
export function ImportDialog({ file: dropped, onClose }: { readonly file: string; readonly onClose: () => void }) {
  const [file, setFile] = useState(dropped);
  /** Null: nobody typed one, and what was found beside the file is taken. */
  const [givenRoot, setMediaRoot] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const settledFile = useSettled(file.trim());
  const asked = settledFile === "" ? null : { file: settledFile };
  const { data: unrooted } = useService("datasets.preview", asked);
  const mediaRoot = givenRoot ?? (settledFile === file.trim() ? unrooted?.suggestedMediaRoot : null) ?? "";
  const settledRoot = useSettled(mediaRoot.trim());
  const wanted = asked && { ...asked, ...(settledRoot ? { mediaRoot: settledRoot } : {}) };
  const { data: preview, error: previewError } = useService("datasets.preview", wanted);
  const desktop = window.secondlook;
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const named = name.trim() ? { name: name.trim() } : {};
      await call("datasets.import", { file: file.trim(), mediaRoot: mediaRoot.trim(), ...named });
      dataChanged();
      onClose();
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };
  const usable = preview !== undefined && preview.refusal === null && preview.rows.length > 0;
  const ready = usable && mediaRoot.trim() !== "";
  return (
    <Modal
      title="Import a dataset"
      description="Rows are read once and indexed; the file and its media stay where they are."
      width={720}
      onClose={onClose}
    >
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void start();
        }}
      >
        <Field
          label="File"
          note="JSON or JSONL: Video-R1's format, or rows like {video, question, answer}. Its whole path on the machine of the service"
        >
          <span className={styles["path"]}>
            <input
              value={file}
              placeholder="/data/my-questions.json"
              spellCheck={false}
              autoFocus
              onChange={(event) => setFile(event.target.value)}
            />
            {desktop && (
              <Button
                icon="folder"
                hint="Choose the file"
                onClick={() =>
                  void desktop
                    .chooseFile("Choose a file of rows", ["json", "jsonl"])
                    .then((path) => path && setFile(path))
                }
              />
            )}
          </span>
        </Field>
        <Field label="Media root" note="The folder that rows' paths start from; nothing outside it is read">
          <span className={styles["path"]}>
            <input
              value={mediaRoot}
              placeholder="/data/my-videos"
              spellCheck={false}
              onChange={(event) => setMediaRoot(event.target.value)}
            />
            {desktop && (
              <Button
                icon="folder"
                hint="Choose the folder"
                onClick={() =>
                  void desktop.chooseFolder("Choose the media root").then((path) => path && setMediaRoot(path))
                }
              />
            )}
          </span>
        </Field>
        {preview?.suggestedMediaRoot && preview.suggestedMediaRoot !== mediaRoot && (
          <p className={styles["suggestion"]}>
            Media are found under <code>{preview.suggestedMediaRoot}</code>
            <Button onClick={() => setMediaRoot(preview.suggestedMediaRoot!)}>Use it</Button>
          </p>
        )}
        <Field label="Name" note="What launches and the command line call it">
          <input
            value={name}
            placeholder={
              file
                .split("/")
                .at(-1)
                ?.replace(/\.jsonl?$/i, "") || "From the file"
            }
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {previewError && <ErrorNote error={previewError} />}
        {wanted && !preview && !previewError && <Skeleton height={120} />}
        {preview && <Preview preview={preview} rootGiven={settledRoot !== ""} />}
        {error && <ErrorNote error={error} />}
        {usable && mediaRoot.trim() === "" && (
          <p className={styles["suggestion"]}>Give the media root: no file of these rows was found near the file.</p>
        )}
        <div className={styles["buttons"]}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={!ready || busy}>
            {busy ? "Starting …" : "Import"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Preview({ preview, rootGiven }: { readonly preview: DatasetPreview; readonly rootGiven: boolean }) {
  if (preview.refusal !== null) return <ErrorNote error={new Error(preview.refusal)} />;
  return (
    <section className={styles["preview"]} aria-label="First rows">
      <header>
        <strong>First rows</strong>
        <span>
          {formatCount(Math.round(preview.fileBytes / 1024))} KB
          {preview.problems.length > 0 && ` · ${preview.problems.length} of the first rows have a problem`}
        </span>
      </header>
      <ul className={styles["rows"]}>
        {preview.rows.map((row) => (
          <li key={row.row}>
            <span className={styles["number"]}>{row.row}</span>
            <span className={styles["question"]} title={row.question}>
              {row.question}
            </span>
            <span className={styles["answer"]} title={row.answer}>
              {row.answer}
            </span>
            <span>{row.problemType}</span>
            <span className={styles["medium"]} data-missing={rootGiven && row.media === "missing"} title={row.path}>
              {rootGiven && row.media === "missing" ? "not found" : row.dataType}
            </span>
          </li>
        ))}
      </ul>
      {preview.problems.length > 0 && (
        <ul className={styles["problems"]}>
          {preview.problems.slice(0, 5).map((problem) => (
            <li key={problem.row}>
              Row {problem.row}
              {problem.field !== null && (
                <>
                  , field <code>{problem.field}</code>
                </>
              )}
              : {problem.reason}. <Sentence text={problem.remedy} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
