import { useState } from "react";
import type { DatasetDetail, DatasetProblem, ReasonCount } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { formatCount } from "../../parts/format.ts";
import { Sentence } from "../../parts/Sentence.tsx";
import { useService } from "../../state/queries.ts";
import { Bars } from "./Bars.tsx";
import { Histogram } from "./Histogram.tsx";
import { ProgressLine } from "./ProgressLine.tsx";
import { Published } from "./Published.tsx";
import { navigate } from "../../state/route.ts";
import { dataChanged } from "./progress.ts";
import { useRowsView } from "./rows-state.ts";
import styles from "./Report.module.css";

/** What the import found: counts, media, problems, and how the published dataset compares. */
export function Report({ detail }: { readonly detail: DatasetDetail }) {
  const { report, media } = detail;
  const { duplicates } = report;
  const tiles: readonly (readonly [label: string, value: number, tone?: "bad" | "warn"])[] = [
    ["usable rows", report.rows],
    ["unusable rows", report.badRows, "bad"],
    ["with traces", detail.withTraces],
    ["media files", media.total],
    ["missing media", media.missing, "bad"],
    ["repeated rows", duplicates.rows, "warn"],
    ["repeated names", duplicates.ids, "warn"],
    ["repeated media", duplicates.media, "warn"],
  ];
  return (
    <div className={styles["report"]}>
      <dl className={styles["tiles"]}>
        {tiles.map(([label, value, tone]) => (
          <div key={label} data-tone={value > 0 ? tone : undefined}>
            <dd>{formatCount(value)}</dd>
            <dt>{label}</dt>
          </div>
        ))}
      </dl>
      <div className={styles["cards"]}>
        <Card title="Problem types">
          <Bars counts={report.problemTypes} total={report.rows} />
        </Card>
        <Card title="Images and videos">
          <Bars counts={report.dataTypes} total={report.rows} />
        </Card>
        <MediaCard detail={detail} />
        <Histograms dataset={detail.id} />
      </div>
      {report.published ? (
        <Published published={report.published} />
      ) : (
        <Card title="Sources" explanation="What rows name as data_source">
          <Bars counts={report.sources.slice(0, 40)} total={report.rows} columns />
        </Card>
      )}
      <Problems detail={detail} />
    </div>
  );
}

/** Which media are there, and which of them decode. */
function MediaCard({ detail }: { readonly detail: DatasetDetail }) {
  const { media, check, id } = detail;
  const looked = media.decodable + media.undecodable;
  const [, changeView] = useRowsView(id);
  const showRows = (state: "undecodable" | "missing") => {
    changeView({ filter: { media: state }, selected: -1 });
    navigate({ screen: "data", dataset: id, tab: "rows", row: null });
  };
  const ask = (count?: number) =>
    void call("datasets.checkMedia", { dataset: id, ...(count === undefined ? {} : { count }) }).then(dataChanged);
  return (
    <Card
      title="Media"
      explanation="Missing files are known for all; decoding takes long, so a hundred are tried after the import and the rest when you ask"
      aside={
        check ? (
          <Button icon="stop" onClick={() => void call("datasets.stopCheck", { dataset: id }).then(dataChanged)}>
            Stop
          </Button>
        ) : (
          media.present > 0 && (
            <>
              <Button onClick={() => ask(200)}>Try 200</Button>
              <Button onClick={() => ask()}>Try all</Button>
            </>
          )
        )
      }
    >
      <Bars
        total={media.total}
        counts={[
          { value: "decoded well", rows: media.decodable },
          { value: "cannot be decoded", rows: media.undecodable },
          { value: "there, not tried", rows: media.present },
          { value: "missing", rows: media.missing },
        ]}
      />
      {check ? (
        <ProgressLine progress={check} />
      ) : (
        <p className={styles["note"]}>
          {looked === 0
            ? "Nothing was decoded yet."
            : `${formatCount(looked)} of ${formatCount(media.total)} files were decoded whole.`}
          {media.undecodable > 0 && <Button onClick={() => showRows("undecodable")}>Which cannot be?</Button>}
          {media.missing > 0 && <Button onClick={() => showRows("missing")}>Which are missing?</Button>}
        </p>
      )}
    </Card>
  );
}

function Histograms({ dataset }: { readonly dataset: string }) {
  const { data } = useService("datasets.histograms", { dataset });
  const unit = data?.mediaDecoded ? `of ${formatCount(data.mediaDecoded)} decoded media` : "no media were decoded yet";
  return (
    <>
      <Card title="Length of videos" explanation={`Seconds, rows by medium, ${unit}`}>
        <Histogram bins={data?.duration} unit="s" empty="No video was decoded yet." />
      </Card>
      <Card title="Longer side of the picture" explanation={`Pixels, rows by medium, ${unit}`}>
        <Histogram bins={data?.resolution} unit="px" empty="No medium was decoded yet." />
      </Card>
      <Card title="Length of answers" explanation="Characters inside the answer tags; one letter for multiple choice">
        <Histogram bins={data?.answerLength} unit="characters" empty="No row has an answer." />
      </Card>
    </>
  );
}

/** Reasons by frequency; the single rows on demand. */
function Problems({ detail }: { readonly detail: DatasetDetail }) {
  const { reasons } = detail.report;
  const [open, setOpen] = useState(false);
  const { data } = useService("datasets.problems", open ? { dataset: detail.id, from: 0, count: 200 } : null);
  return (
    <Card
      title="What is wrong with rows"
      explanation="Unusable rows are left out, everywhere; changed ones are used as it says"
      aside={reasons.length > 0 && <Button onClick={() => setOpen(!open)}>{open ? "Reasons" : "Row by row"}</Button>}
    >
      {reasons.length === 0 ? (
        <EmptyState compact icon="check" title="Every row can be used." />
      ) : open ? (
        <ProblemList problems={data?.problems ?? []} total={data?.total ?? 0} />
      ) : (
        <ul className={styles["problems"]}>
          {reasons.map((reason) => (
            <Reason key={`${reason.field} ${reason.reason}`} reason={reason} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Reason({ reason: { field, reason, remedy, rows, firstRow, unusable } }: { readonly reason: ReasonCount }) {
  return (
    <li>
      <span className={styles["count"]}>{formatCount(rows)}</span>
      <span className={styles["state"]} data-unusable={unusable}>
        {unusable ? "unusable" : "changed"}
      </span>
      <div>
        <p>
          {field !== null && <code>{field}</code>} {reason}
        </p>
        <p className={styles["note"]}>
          <Sentence text={remedy} /> First: row {formatCount(firstRow)}.
        </p>
      </div>
    </li>
  );
}

function ProblemList({ problems, total }: { readonly problems: readonly DatasetProblem[]; readonly total: number }) {
  return (
    <ul className={styles["problems"]}>
      {problems.map(({ row, field, reason, remedy }, index) => (
        <li key={index}>
          <span className={styles["count"]}>row {formatCount(row)}</span>
          <span />
          <div>
            <p>
              {field !== null && <code>{field}</code>} {reason}
            </p>
            <p className={styles["note"]}>{remedy}</p>
          </div>
        </li>
      ))}
      {total > problems.length && (
        <li className={styles["note"]}>
          {formatCount(problems.length)} of {formatCount(total)} are shown.
        </li>
      )}
    </ul>
  );
}
