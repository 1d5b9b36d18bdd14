import type { DatasetSample } from "../../../contract/methods.ts";
import { useState } from "react";
import { useActions } from "../../actions.ts";
import { mediaAddress } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Page } from "../../parts/Page.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatCount, formatDuration, formatNumber } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { dataChanged } from "./progress.ts";
import { SampleUses } from "./SampleUses.tsx";
import styles from "./SamplePage.module.css";

/** One row: its medium, its record, what the model is asked, and every run that met it. */
export function SamplePage({ dataset, row }: { readonly dataset: string; readonly row: number }) {
  const { data: sample, error } = useService("datasets.sample", { dataset, row });
  const { data: list } = useService("datasets.list", {});
  const summary = list?.find(({ id }) => id === dataset);
  const go = (next: number) => navigate({ screen: "data", dataset, tab: "rows", row: next }, "replace");
  useActions([
    { id: "sample-next", label: "Next row", group: "Data", shortcut: "n", perform: () => go(row + 1) },
    {
      id: "sample-previous",
      label: "Previous row",
      group: "Data",
      shortcut: "p",
      enabled: row > 1,
      perform: () => go(row - 1),
    },
    {
      id: "sample-back",
      label: "Back to the rows",
      group: "Data",
      shortcut: "Escape",
      perform: () => navigate({ screen: "data", dataset, tab: "rows", row: null }),
    },
  ]);
  return (
    <Page
      crumbs={[
        { label: "Data", href: formatRoute({ screen: "data", dataset: null, tab: "report", row: null }) },
        { label: summary?.name ?? "…", href: formatRoute({ screen: "data", dataset, tab: "rows", row: null }) },
      ]}
      title={`Row ${formatCount(row)}`}
      actions={
        <>
          <Button icon="left" hint="Previous row" shortcut="p" disabled={row <= 1} onClick={() => go(row - 1)} />
          <Button icon="chevron" hint="Next row" shortcut="n" onClick={() => go(row + 1)} />
        </>
      }
    >
      {error && !sample ? (
        <ErrorNote error={error} onRetry={dataChanged} />
      ) : !sample ? (
        <Skeleton height={320} />
      ) : (
        <div className={styles["sample"]}>
          <div className={styles["side"]}>
            <Card title="Medium">
              <Medium key={sample.mediaUrl} sample={sample} />
            </Card>
            <Others title="Rows with the same medium" dataset={dataset} rows={sample.sameMedium} />
            <Others title="Rows that repeat this one" dataset={dataset} rows={sample.sameRow} />
          </div>
          <div className={styles["main"]}>
            <Question sample={sample} />
            <Prompt key={row} sample={sample} />
            <SampleUses uses={sample.uses} />
            <Card title="Record" explanation="The row as it stands in the file">
              {sample.record === null ? (
                <EmptyState compact icon="info" title="The file was changed since the import: import it again." />
              ) : (
                <pre className={styles["record"]}>{indented(sample.record)}</pre>
              )}
            </Card>
          </div>
        </div>
      )}
    </Page>
  );
}

function indented(record: string): string {
  return JSON.stringify(JSON.parse(record), null, 2);
}

function Medium({ sample }: { readonly sample: DatasetSample }) {
  const { mediaUrl, mediaFile, dataType, path, width, height, durationSec, media } = sample;
  const [failed, setFailed] = useState(false);
  const facts: readonly (readonly [string, string])[] = [
    ["Path", path],
    ...(width === null || height === null ? [] : [["Size", `${width} × ${height}`] as const]),
    ...(durationSec === null ? [] : [["Length", formatDuration(durationSec)] as const]),
    ...(mediaFile.frames === null || dataType === "image"
      ? []
      : [
          [
            "Frames",
            `${formatCount(mediaFile.frames)} at ${formatNumber(mediaFile.framesPerSecond)} a second`,
          ] as const,
        ]),
    ...(mediaFile.contentHash === null ? [] : [["sha256", mediaFile.contentHash.slice(0, 16)] as const]),
  ];
  return (
    <div className={styles["medium"]}>
      {mediaUrl === null || failed ? (
        <div className={styles["none"]}>
          <Icon name="warning" />
          <p>
            {mediaUrl === null
              ? "The file is not there, or a link leads out of the media root."
              : "This browser cannot show the file; training decodes it by itself."}
          </p>
        </div>
      ) : dataType === "image" ? (
        <img src={mediaAddress(mediaUrl)} alt="The picture of this row" onError={() => setFailed(true)} />
      ) : (
        <video src={mediaAddress(mediaUrl)} controls muted loop preload="metadata" onError={() => setFailed(true)} />
      )}
      {mediaFile.reason !== null && (
        <p className={styles["bad"]}>
          {mediaFile.reason}. {mediaFile.remedy}
        </p>
      )}
      {mediaFile.reason === null && media === "present" && (
        <p className={styles["note"]}>There; not decoded yet, so its length and content are not known.</p>
      )}
      <dl className={styles["facts"]}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Question({ sample }: { readonly sample: DatasetSample }) {
  const { question, options, answer, process, problemType, source, id } = sample;
  return (
    <Card
      title="Question"
      aside={<span className={styles["note"]}>{[problemType, source, id].filter(Boolean).join(" · ")}</span>}
    >
      <p className={styles["question"]}>{question}</p>
      {options.length > 0 && (
        <ul className={styles["options"]}>
          {options.map((option) => (
            <li key={option} data-right={option.startsWith(`${answer}.`)}>
              {option}
            </li>
          ))}
        </ul>
      )}
      <p className={styles["answer"]}>
        <span>Answer</span> {answer}
      </p>
      {process !== null && (
        <details className={styles["trace"]}>
          <summary>The teacher's reasoning, {formatCount(process.length)} characters</summary>
          <pre>{process}</pre>
        </details>
      )}
    </Card>
  );
}

/** What the model is asked, by template; the medium goes first. */
function Prompt({ sample }: { readonly sample: DatasetSample }) {
  const [chosen, setChosen] = useState(sample.prompts[0]?.template ?? "");
  const prompt = sample.prompts.find(({ template }) => template === chosen);
  if (!prompt) return null;
  return (
    <Card
      title="Prompt"
      explanation="The user's turn as the model gets it; the checkpoint's chat template puts the turns' marks around it"
      aside={
        <Segmented
          label="Template"
          value={chosen}
          choices={sample.prompts.map(({ template }) => ({ value: template, label: template }))}
          onChange={setChosen}
        />
      }
    >
      {prompt.system !== null && prompt.system !== "" && <p className={styles["note"]}>System: {prompt.system}</p>}
      <pre className={styles["record"]}>
        <span className={styles["chip"]}>{sample.dataType}</span>
        {prompt.text}
      </pre>
    </Card>
  );
}

function Others({
  title,
  dataset,
  rows,
}: {
  readonly title: string;
  readonly dataset: string;
  readonly rows: readonly number[];
}) {
  if (rows.length === 0) return null;
  return (
    <Card title={title}>
      <p className={styles["others"]}>
        {rows.map((row) => (
          <a key={row} href={formatRoute({ screen: "data", dataset, tab: "rows", row })}>
            {formatCount(row)}
          </a>
        ))}
      </p>
    </Card>
  );
}
