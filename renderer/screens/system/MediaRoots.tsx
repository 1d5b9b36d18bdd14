import { useState } from "react";
import type { MediaRoot } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { invalidate, useService } from "../../state/queries.ts";
import styles from "./Upkeep.module.css";

/** The folders that media may come from: seen, added and taken out. */
export function MediaRoots() {
  const { data, error } = useService("media.roots", {});
  const [path, setPath] = useState("");
  const [failure, setFailure] = useState<Error | null>(null);
  const ask = (asked: Promise<unknown>) => {
    setFailure(null);
    asked
      .then(() => setPath(""), setFailure)
      .finally(() => invalidate((method) => method === "media.roots" || method.startsWith("rollouts.")));
  };
  const desktop = window.secondlook;
  const choose = () =>
    void desktop?.chooseFolder("Choose a folder of videos").then((found) => found !== null && setPath(found));
  return (
    <Card
      title="Media folders"
      explanation="Videos and pictures are shown from these folders and the data folder only, links followed. Importing a dataset and launching a run add theirs."
    >
      {(failure ?? error) && <ErrorNote error={(failure ?? error)!} />}
      {!data && !error && <Skeleton height={60} />}
      {data?.length === 0 && (
        <EmptyState compact icon="folder" title="Only the data folder: no other folder was added." />
      )}
      <ul className={styles["rows"]}>
        {data?.map((root) => (
          <li key={root.path}>
            <code title={root.path}>{root.path}</code>
            <span>{aboutRoot(root)}</span>
            <Button kind="quiet" onClick={() => ask(call("media.removeRoot", { path: root.path }))}>
              Take out
            </Button>
          </li>
        ))}
      </ul>
      <form
        className={styles["add"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (path.trim() !== "") ask(call("media.addRoot", { path: path.trim() }));
        }}
      >
        <input
          aria-label="Folder to add"
          placeholder="/data/videos"
          spellCheck={false}
          value={path}
          onChange={(event) => setPath(event.target.value)}
        />
        {desktop && <Button icon="folder" hint="Choose a folder" onClick={choose} />}
        <Button type="submit" disabled={path.trim() === ""}>
          Add folder
        </Button>
      </form>
    </Card>
  );
}

function aboutRoot({ exists, datasets }: MediaRoot): string {
  if (!exists) return "is not there now";
  return datasets.length === 0 ? "no dataset" : datasets.join(", ");
}
