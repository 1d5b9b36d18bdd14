import { useEffect, useState } from "react";
import type { Device, ModelCheck } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { Field } from "../../parts/Field.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { formatCount, formatBytes, formatLarge } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { changeDraft, useDraft } from "./draft.ts";
import styles from "./SourceCards.module.css";

/** A path is looked at when the typing pauses. */
const TYPING_PAUSE_MS = 350;

/** Text that the draft takes over a moment after the last key. */
export function PathInput({
  label,
  value,
  placeholder,
  choose,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  /** Title of the desktop's folder dialog, where a folder is wanted. */
  readonly choose?: string;
  readonly onChange: (path: string) => void;
}) {
  const [text, setText] = useState(value);
  const [from, setFrom] = useState(value);
  if (value !== from) {
    // Changed from elsewhere, such as "launch again".
    setFrom(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  const desktop = window.secondlook;
  return (
    <span className={styles["path"]}>
      <input
        aria-label={label}
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      {choose && desktop && (
        <Button
          icon="folder"
          hint={choose}
          onClick={() => void desktop.chooseFolder(choose).then((path) => path !== null && onChange(path))}
        />
      )}
    </span>
  );
}

const PROCESSES = [1, 2, 3, 4, 5, 6, 8];

/** Name, seed and device of the run. */
export function RunCard({
  devices,
  problem,
}: {
  readonly devices: readonly Device[];
  readonly problem: string | null;
}) {
  const draft = useDraft((state) => state.draft);
  const chosen = devices.find(({ id }) => id === draft.device) ?? devices[0];
  return (
    <Card title="Run">
      <div className={styles["run"]}>
        <Field label="Name">
          <input
            value={draft.name}
            placeholder="From recipe and preset"
            maxLength={200}
            onChange={(event) => changeDraft({ name: event.target.value })}
          />
        </Field>
        <Field label="Seed" {...(problem ? { note: problem } : {})}>
          <input
            value={draft.seed}
            inputMode="numeric"
            aria-invalid={problem !== null}
            onChange={(event) => changeDraft({ seed: event.target.value })}
          />
        </Field>
        <Field label="Device">
          <select value={draft.device} onChange={(event) => changeDraft({ device: event.target.value })}>
            <option value="auto">auto</option>
            {devices.map(({ id, busyWith }) => (
              <option key={id} value={id}>
                {id}
                {busyWith ? " (busy)" : ""}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Processes">
          <select
            value={draft.processes}
            title="Processes of this machine that train together, each with its share of every step: over MPI, and on GPUs, one each, over NCCL"
            onChange={(event) => changeDraft({ processes: Number(event.target.value) })}
          >
            {PROCESSES.map((count) => (
              <option key={count} value={count}>
                {count}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <p className={styles["note"]}>
        <Icon name="system" size={14} />
        <span>{chosen ? `${chosen.id}: ${chosen.title}, ${chosen.detail}` : "Asking the engine for devices …"}</span>
      </p>
      {chosen?.busyWith && (
        <p className={styles["note"]} data-level="warning">
          <Icon name="info" size={14} />
          <span>
            <a href={formatRoute({ screen: "live", run: chosen.busyWith, tab: "overview" })}>Another run</a> trains on
            it now. Queue this one, or both go slower.
          </span>
        </p>
      )}
      {draft.branchFrom && (
        <p className={styles["note"]}>
          <Icon name="compare" size={14} />
          <span>
            Branches from <code>{draft.branchFrom.checkpoint}</code> of{" "}
            <a href={formatRoute({ screen: "live", run: draft.branchFrom.run, tab: "overview" })}>
              {draft.branchFrom.run}
            </a>
            : stages up to that checkpoint are not done again.
          </span>
          <Button kind="quiet" onClick={() => changeDraft({ branchFrom: null })}>
            Start from the model instead
          </Button>
        </p>
      )}
    </Card>
  );
}

/** Which weights, and what their files say. */
export function ModelCard({ model }: { readonly model: ModelCheck | undefined }) {
  const draft = useDraft((state) => state.draft);
  return (
    <Card title="Model" explanation="A Hugging Face directory: config.json, *.safetensors and the tokenizer's files.">
      <PathInput
        label="Model directory"
        value={draft.model}
        placeholder="The small base model that comes along"
        choose="Choose the model's directory"
        onChange={(path) => changeDraft({ model: path })}
      />
      <div className={styles["checked"]} aria-live="polite">
        {model && model.problems.length === 0 && (
          <p className={styles["note"]} data-level="good">
            <Icon name="check" size={14} />
            <span>
              {model.modelType}, {formatLarge(model.parameters)} parameters in {model.dtype},{" "}
              {formatBytes(model.weightBytes)} on disk, {model.layers} layers of {formatCount(model.hiddenSize)},
              context of {formatCount(model.contextLength)} tokens
            </span>
          </p>
        )}
        {model?.problems.map((problem) => (
          <p key={problem} className={styles["note"]} data-level="bad">
            <Icon name="warning" size={14} />
            <span>{problem}</span>
          </p>
        ))}
      </div>
    </Card>
  );
}
