import { useEffect, useState } from "react";
import type { LaunchRequest } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { call } from "../connection.ts";
import { Button } from "../parts/Button.tsx";
import { ErrorNote } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import { invalidate } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { DataCard } from "./launch/DataCard.tsx";
import { DryRun } from "./launch/DryRun.tsx";
import { draftOf, emptyDraft, recipeOf, requestOf, setDraft, useDraft } from "./launch/draft.ts";
import { RecipeColumn } from "./launch/RecipeColumn.tsx";
import { SettingsForm } from "./launch/SettingsForm.tsx";
import { ModelCard, RunCard } from "./launch/SourceCards.tsx";
import { SummaryColumn } from "./launch/SummaryColumn.tsx";
import { useLaunchPlan } from "./launch/useLaunchPlan.ts";
import styles from "./Launch.module.css";

interface Wanted {
  readonly recipe: string | null;
  readonly preset: string | null;
  /** A run to launch again. */
  readonly from: string | null;
  /** A checkpoint of that run to go on from. */
  readonly checkpoint: string | null;
}

/** An address fills the form in; nothing starts without a click. */
function useWanted({ recipe, preset, from, checkpoint }: Wanted): Error | null {
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    if (from !== null) {
      call("launch.again", { run: from }).then((request) => {
        const branchFrom = checkpoint === null ? null : { run: from, checkpoint };
        setDraft({ ...draftOf(request), ...(branchFrom ? { branchFrom, name: "" } : {}) });
      }, setError);
    } else if (recipe !== null && recipeOf(recipe).id === recipe) {
      const known = preset !== null && Object.hasOwn(recipeOf(recipe).presets, preset);
      setDraft(emptyDraft(recipe, known ? preset : undefined));
    } else return;
    navigate({ screen: "launch" }, "replace");
  }, [recipe, preset, from, checkpoint]);
  return error;
}

/** A run before it starts: what it will be, what it will cost, and the four ways to start it. */
export function Launch(wanted: Wanted) {
  const [failure, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState<"start" | "queue" | "dry" | null>(null);
  const [dryRun, setDryRun] = useState<string | null>(null);
  const error = useWanted(wanted) ?? failure;
  const draft = useDraft((state) => state.draft);
  const plan = useLaunchPlan();
  const ready =
    plan.read.settings !== null &&
    plan.model?.problems.length === 0 &&
    !plan.findings.some(({ level }) => level === "error") &&
    !plan.data?.some(({ usable }) => !usable) &&
    (draft.rows !== "datasets" || Boolean(draft.datasets.train)) &&
    (draft.rows !== "files" || Boolean(draft.files["train"] && draft.files["mediaRoot"]));
  const ask = async (what: "start" | "queue" | "dry", send: (request: LaunchRequest) => Promise<{ run: string }>) => {
    setBusy(what);
    setError(null);
    try {
      return (await send(requestOf(draft, plan.read))).run;
    } catch (problem) {
      setError(problem as Error);
      return null;
    } finally {
      setBusy(null);
    }
  };
  const start = async () => {
    const run = await ask("start", (request) => call("runs.launch", request));
    if (run !== null) navigate({ screen: "live", run, tab: "overview" });
  };
  const queue = async () => {
    await ask("queue", (request) => call("queue.add", request));
    invalidate((method) => method === "queue.list");
  };
  const rehearse = async () => {
    setDryRun(null);
    const run = await ask("dry", (request) => call("launch.dryRun", request));
    if (run !== null) setDryRun(run);
  };
  useActions([
    {
      id: "start-run",
      label: "Start this run",
      group: "Runs",
      shortcut: "Ctrl+Enter",
      enabled: ready,
      perform: () => void start(),
    },
    { id: "queue-run", label: "Queue this run", group: "Runs", enabled: ready, perform: () => void queue() },
    {
      id: "dry-run",
      label: "Try two steps of this run",
      group: "Runs",
      enabled: ready,
      perform: () => void rehearse(),
    },
    {
      id: "reset-form",
      label: "Empty the launch form",
      group: "Runs",
      perform: () => setDraft(emptyDraft(draft.recipe)),
    },
  ]);
  return (
    <Page
      title="Launch"
      flush
      actions={
        <>
          <Button
            hint="Two updates of each stage; nothing of it is kept"
            disabled={!ready || busy !== null}
            onClick={() => void rehearse()}
          >
            {busy === "dry" ? "Starting …" : "Dry run"}
          </Button>
          <Button hint="Starts when the device is free" disabled={!ready || busy !== null} onClick={() => void queue()}>
            {busy === "queue" ? "Queueing …" : "Queue"}
          </Button>
          <Button
            kind="primary"
            icon="play"
            shortcut="Ctrl+Enter"
            hint="Start now"
            disabled={!ready || busy !== null}
            onClick={() => void start()}
          >
            {busy === "start" ? "Starting …" : "Start"}
          </Button>
        </>
      }
    >
      <div className={styles["columns"]}>
        <RecipeColumn />
        <div className={styles["form"]}>
          {error && <ErrorNote error={error} />}
          {dryRun && <DryRun key={dryRun} run={dryRun} onClose={() => setDryRun(null)} />}
          <RunCard devices={plan.devices} problem={plan.read.errors["seed"] ?? null} />
          <ModelCard model={plan.model} />
          <DataCard />
          <SettingsForm read={plan.read} findings={plan.findings} />
        </div>
        <SummaryColumn plan={plan} />
      </div>
    </Page>
  );
}
