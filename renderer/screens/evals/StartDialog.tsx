import { useState } from "react";
import type { EvaluationsOverview } from "../../../contract/methods.ts";
import { protocolFacts } from "../../../science/evaluation/protocol.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { useService } from "../../state/queries.ts";
import {
  JudgeFields,
  judgeOptions,
  problemOfJudge,
  quoted,
  RULE,
  sourceOfJudge,
  type JudgeDraft,
} from "./JudgeFields.tsx";
import { refreshEvaluations } from "./refresh.ts";
import styles from "./StartDialog.module.css";

/** Which models, on what, by which protocol; the command that does the same stands below. */
export function StartDialog({
  overview,
  onClose,
}: {
  readonly overview: EvaluationsOverview;
  readonly onClose: () => void;
}) {
  const { data: choices, error: loadError } = useService("evaluations.choices", {});
  const [benchmarkId, setBenchmark] = useState("sample-pack-heldout");
  const [file, setFile] = useState("");
  const [mediaRoot, setMediaRoot] = useState("");
  const [presetName, setPreset] = useState("");
  const [frames, setFrames] = useState("");
  const [limit, setLimit] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [folder, setFolder] = useState("");
  const [judge, setJudge] = useState<JudgeDraft>(RULE);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const benchmark = overview.benchmarks.find(({ id }) => id === benchmarkId) ?? overview.benchmarks[0]!;
  const preset = presetName || benchmark.presets[0]!;
  const protocol = choices?.presets.find(({ name }) => name === preset);
  const models = folder.trim() === "" ? chosen : [...chosen, folder.trim()];
  const wanted = [
    ...models.map((model) => `--model ${quoted(model)}`),
    `--benchmark ${benchmark.id}`,
    ...(file ? [`--file ${quoted(file)}`] : []),
    ...(mediaRoot ? [`--media-root ${quoted(mediaRoot)}`] : []),
    `--preset ${preset}`,
    ...(frames ? [`--frames ${frames}`] : []),
    ...(limit ? [`--limit ${limit}`] : []),
    ...(benchmark.judged && judge.kind !== "rule" ? judgeOptions(judge) : []),
  ];
  const numbersAreValid = [frames, limit].every((text) => text === "" || /^[1-9]\d{0,6}$/.test(text));
  const needsFile = benchmark.file === null && file === "";
  const start = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await call("evaluations.start", {
        benchmark: benchmark.id,
        models: [...models],
        preset,
        ...(file ? { file } : {}),
        ...(mediaRoot ? { mediaRoot } : {}),
        ...(frames ? { frames: Number(frames) } : {}),
        ...(limit ? { limit: Number(limit) } : {}),
        ...(benchmark.judged && judge.kind !== "rule" ? { judge: { at: judge.at, model: judge.model } } : {}),
      });
      refreshEvaluations();
      onClose();
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };
  return (
    <Modal
      title="New evaluation"
      description="It works on its own and can be stopped and continued."
      width={620}
      onClose={onClose}
    >
      {loadError ? (
        <ErrorNote error={loadError} />
      ) : !choices ? (
        <Skeleton height={260} />
      ) : (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <Field label="Benchmark" note={benchmark.caveat ?? benchmark.about}>
            <select
              value={benchmark.id}
              onChange={(event) => {
                setBenchmark(event.target.value);
                setPreset("");
              }}
            >
              {overview.benchmarks.map(({ id, title, file: here }) => (
                <option key={id} value={id}>
                  {title}
                  {here === null ? " (give its file)" : ""}
                </option>
              ))}
            </select>
          </Field>
          {benchmark.file === null && (
            <div className={styles["pair"]}>
              <Field label="Published file" note={`Or put it into ${benchmark.wantedAt}`}>
                <input
                  value={file}
                  placeholder="/data/benchmark.json"
                  onChange={(event) => setFile(event.target.value)}
                />
              </Field>
              <Field label="Media root" note={benchmark.media.note}>
                <input
                  value={mediaRoot}
                  placeholder="the file's folder"
                  onChange={(event) => setMediaRoot(event.target.value)}
                />
              </Field>
            </div>
          )}
          <fieldset className={styles["models"]}>
            <legend>Models, all shown the same decoded videos</legend>
            <div>
              {choices.models.map((model) => (
                <label key={model.directory} title={model.directory}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(model.directory)}
                    onChange={(event) =>
                      setChosen(
                        event.target.checked
                          ? [...chosen, model.directory]
                          : chosen.filter((directory) => directory !== model.directory),
                      )
                    }
                  />
                  <span>{model.label}</span>
                </label>
              ))}
            </div>
            <input
              aria-label="Another model's folder"
              placeholder="Another Hugging Face folder, e.g. /models/Qwen2.5-VL-7B-Instruct"
              value={folder}
              onChange={(event) => setFolder(event.target.value)}
            />
          </fieldset>
          <div className={styles["triple"]}>
            <Field label="Protocol">
              <select value={preset} onChange={(event) => setPreset(event.target.value)}>
                {[...new Set([...benchmark.presets, ...choices.presets.map(({ name }) => name), "as-trained"])].map(
                  (name) => (
                    <option key={name}>{name}</option>
                  ),
                )}
              </select>
            </Field>
            <Field label="Most frames">
              <input
                value={frames}
                inputMode="numeric"
                placeholder={String(protocol?.protocol.vision.maxFrames ?? "as trained")}
                onChange={(event) => setFrames(event.target.value)}
              />
            </Field>
            <Field label="Part of the items">
              <input
                value={limit}
                inputMode="numeric"
                placeholder="all"
                onChange={(event) => setLimit(event.target.value)}
              />
            </Field>
          </div>
          {benchmark.judged && <JudgeFields judge={judge} models={choices.models} onChange={setJudge} />}
          <p className={styles["facts"]}>
            {protocol === undefined
              ? "By the settings that the first model's run froze in its journal."
              : `${protocol.about} ${protocolFacts({
                  ...protocol.protocol,
                  ...(benchmark.judged ? { judge: sourceOfJudge(judge) } : {}),
                })
                  .map(([name, value]) => `${name} ${value}`)
                  .join(" · ")}`}
          </p>
          <code className={styles["command"]}>secondlook eval {wanted.join(" ")}</code>
          {error && <ErrorNote error={error} />}
          <div className={styles["buttons"]}>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="primary"
              type="submit"
              disabled={
                busy ||
                models.length === 0 ||
                needsFile ||
                !numbersAreValid ||
                (benchmark.judged && problemOfJudge(judge) !== null)
              }
            >
              {busy ? "Starting …" : "Start"}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
