import type { DataFileCheck } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatCount, formatBytes } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import { changeDraft, SPLITS, useDraft, type RowsKind, type Split } from "./draft.ts";
import { PathInput } from "./SourceCards.tsx";
import { useDataChecks } from "./useDataChecks.ts";
import styles from "./SourceCards.module.css";

const LABELS: Readonly<Record<Split | "mediaRoot", string>> = {
  train: "Training",
  sft: "Cold start",
  validation: "Validation",
  heldOut: "Held out",
  mediaRoot: "Media folder",
};
const HINTS: Readonly<Record<Split | "mediaRoot", string>> = {
  train: "/data/Video-R1-260k.json",
  sft: "Rows with traces; empty: those of the training file",
  validation: "Optional",
  heldOut: "Optional",
  mediaRoot: "The folder that the rows' paths start from",
};

/** Which rows and videos: the sample pack, imported datasets, or files by their paths. */
export function DataCard() {
  const draft = useDraft((state) => state.draft);
  const { checks, error } = useDataChecks();
  return (
    <Card title="Data">
      <div className={styles["choice"]}>
        <Segmented
          label="Where the rows come from"
          value={draft.rows}
          onChange={(rows: RowsKind) => changeDraft({ rows })}
          choices={[
            { value: "pack", label: "Sample pack" },
            { value: "datasets", label: "Imported datasets" },
            { value: "files", label: "Files" },
          ]}
        />
      </div>
      {draft.rows === "datasets" && <Datasets />}
      {draft.rows === "files" && (
        <div className={styles["files"]}>
          {([...SPLITS, "mediaRoot"] as const).map((name) => (
            <FileRow key={name} name={name} />
          ))}
        </div>
      )}
      <div className={styles["checked"]} aria-live="polite">
        {error && <ErrorNote error={error} />}
        {checks?.map((check) => (
          <CheckedFile key={check.name} check={check} />
        ))}
        {draft.rows === "pack" && checks?.[0]?.problem && (
          <p className={styles["note"]}>The sample pack is made by the first “npm run demo”.</p>
        )}
      </div>
    </Card>
  );
}

function FileRow({ name }: { readonly name: Split | "mediaRoot" }) {
  const draft = useDraft((state) => state.draft);
  return (
    <>
      <label>{LABELS[name]}</label>
      <PathInput
        label={LABELS[name]}
        value={draft.files[name] ?? ""}
        placeholder={HINTS[name]}
        {...(name === "mediaRoot" ? { choose: "Choose the media folder" } : {})}
        onChange={(path) => changeDraft({ files: { ...useDraft.getState().draft.files, [name]: path.trim() } })}
      />
    </>
  );
}

function Datasets() {
  const draft = useDraft((state) => state.draft);
  const { data, error } = useService("datasets.list", {});
  if (error) return <ErrorNote error={error} />;
  if (data?.length === 0) {
    return (
      <p className={styles["note"]}>
        No dataset was imported yet. Import one under Data, or give files by their paths.
      </p>
    );
  }
  return (
    <div className={styles["files"]}>
      {SPLITS.map((split) => (
        <Chosen key={split} split={split} value={draft.datasets[split] ?? ""} names={data?.map(({ name }) => name)} />
      ))}
    </div>
  );
}

function Chosen({
  split,
  value,
  names = [],
}: {
  readonly split: Split;
  readonly value: string;
  readonly names?: readonly string[] | undefined;
}) {
  const choose = (name: string) => {
    const { [split]: _, ...rest } = useDraft.getState().draft.datasets;
    changeDraft({ datasets: name === "" ? rest : { ...rest, [split]: name } });
  };
  return (
    <>
      <label htmlFor={`dataset-${split}`}>{LABELS[split]}</label>
      <select id={`dataset-${split}`} value={value} onChange={(event) => choose(event.target.value)}>
        <option value="">{split === "train" ? "Choose a dataset" : "None"}</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </>
  );
}

function CheckedFile({ check }: { readonly check: DataFileCheck }) {
  const label = LABELS[check.name as Split] ?? check.name;
  const size =
    check.rows !== null
      ? `${formatCount(check.rows)} rows`
      : check.name === "mediaRoot"
        ? check.path
        : `${formatBytes(check.bytes)}, counted when the run starts`;
  const bad = !check.usable;
  return (
    <p className={styles["note"]} data-level={bad ? "bad" : check.problem ? "warning" : "good"}>
      <Icon name={check.problem ? "warning" : "check"} size={14} />
      <span title={check.path}>
        {label}: {bad ? check.problem : size}
        {!bad && check.problem && `. ${check.problem}`}
      </span>
    </p>
  );
}
