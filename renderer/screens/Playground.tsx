/** Asks one checkpoint or two about a video or picture; shows the answers token by token and what each frame did. */
import { useState } from "react";
import type { AskableModel } from "../../contract/methods.ts";
import { Button } from "../parts/Button.tsx";
import { EmptyState, ErrorNote } from "../parts/EmptyState.tsx";
import { Field } from "../parts/Field.tsx";
import { Page } from "../parts/Page.tsx";
import { useService } from "../state/queries.ts";
import { AnswerCard } from "./playground/AnswerCard.tsx";
import styles from "./playground/Playground.module.css";
import { useAsking } from "./playground/useAsking.ts";

interface Draft {
  readonly first: string;
  readonly second: string;
  readonly path: string;
  readonly question: string;
  readonly options: string;
  readonly temperature: string;
  readonly maxTokens: string;
  readonly frames: string;
  readonly seed: string;
}

const EMPTY: Draft = {
  first: "",
  second: "",
  path: "",
  question: "",
  options: "",
  temperature: "",
  maxTokens: "",
  frames: "",
  seed: "0",
};

export function Playground() {
  const models = useService("session.models", {});
  const samples = useService("session.samples", {});
  const [draft, setDraft] = useState(EMPTY);
  const a = useAsking();
  const b = useAsking();
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const known = models.data ?? [];
  const first = known.find(({ directory }) => directory === draft.first) ?? known[0];
  const second = known.find(({ directory }) => directory === draft.second);
  const question = (model: AskableModel) => ({
    model: model.directory,
    path: draft.path.trim() || null,
    question: draft.question,
    options: draft.options.split("\n").filter((line) => line.trim() !== ""),
    frames: draft.frames === "" ? null : Number(draft.frames),
    temperature: draft.temperature === "" ? model.temperature : Number(draft.temperature),
    topP: 1,
    maxTokens: draft.maxTokens === "" ? model.maxTokens : Number(draft.maxTokens),
    seed: Number(draft.seed),
    change: null,
  });
  const submit = () => {
    if (first) void a.ask(question(first));
    if (second) void b.ask(question(second));
  };
  const busy = a.state.busy || b.state.busy;
  const option = ({ directory, label }: AskableModel) => (
    <option key={directory} value={directory}>
      {label}
    </option>
  );
  const number = (name: "temperature" | "maxTokens" | "frames" | "seed", label: string, placeholder = "") => (
    <Field label={label}>
      <input
        type="number"
        min={0}
        step={name === "temperature" ? 0.1 : 1}
        value={draft[name]}
        placeholder={placeholder}
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </Field>
  );
  return (
    <Page title="Playground">
      <div className={styles["columns"]}>
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          {models.error && <ErrorNote error={models.error} />}
          <Field label="Checkpoint">
            <select value={first?.directory ?? ""} onChange={(event) => set({ first: event.target.value })}>
              {known.map(option)}
            </select>
          </Field>
          <Field label="Beside it">
            <select value={draft.second} onChange={(event) => set({ second: event.target.value })}>
              <option value="">no other</option>
              {known.map(option)}
            </select>
          </Field>
          {(samples.data?.length ?? 0) > 0 && (
            <Field label="A held-out question of the sample pack">
              <select
                value=""
                onChange={(event) => {
                  const sample = samples.data?.find(({ id }) => id === event.target.value);
                  if (!sample) return;
                  set({ path: sample.path, question: sample.question, options: sample.options.join("\n") });
                }}
              >
                <option value="">choose one to fill in</option>
                {samples.data?.map((sample) => (
                  <option key={sample.id} value={sample.id}>
                    {`${sample.question} (${sample.answer})`}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Field
            label="Video or picture"
            note="A file under a media root of this folder's runs or datasets; empty: the question alone."
          >
            <input value={draft.path} onChange={(event) => set({ path: event.target.value })} />
          </Field>
          <Field label="Question">
            <textarea required value={draft.question} onChange={(event) => set({ question: event.target.value })} />
          </Field>
          <Field label="Options" note="One a line; empty: a free answer.">
            <textarea value={draft.options} onChange={(event) => set({ options: event.target.value })} />
          </Field>
          <div className={styles["numbers"]}>
            {number("temperature", "Temperature", first && String(first.temperature))}
            {number("maxTokens", "Tokens at most", first && String(first.maxTokens))}
            {number("frames", "Frames at most", first && String(first.frames))}
            {number("seed", "Seed")}
          </div>
          <div className={styles["row"]}>
            <Button kind="primary" type="submit" disabled={busy || !first || draft.question === ""}>
              {busy ? "Answering …" : "Ask"}
            </Button>
            {busy && (
              <Button
                onClick={() => {
                  a.cancel();
                  b.cancel();
                }}
              >
                Cancel
              </Button>
            )}
          </div>
        </form>
        <div className={styles["answers"]}>
          {a.state.asked === null && (
            <EmptyState
              icon="play"
              title="Ask a checkpoint about a video: its answer comes here word by word, with the frames that it saw."
            />
          )}
          {a.state.asked && <AnswerCard title={labelOf(known, a.state.asked.model)} state={a.state} />}
          {b.state.asked && second && <AnswerCard title={labelOf(known, b.state.asked.model)} state={b.state} />}
        </div>
      </div>
    </Page>
  );
}

const labelOf = (models: readonly AskableModel[], directory: string): string =>
  models.find((model) => model.directory === directory)?.label ?? directory;
