/**
 * What the service said, by method and parameters, kept fresh by its pushes. A screen asks with `useService`; while
 * somebody looks, an answer that a push made stale is asked again, at most a few times a second. What nobody looks at
 * is forgotten when it becomes stale.
 */
import { useLayoutEffect, useMemo } from "react";
import { create } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { Method, MethodInput, MethodResult, Push, RunSummary } from "../../contract/methods.ts";
import { call, onGap, onPush } from "../connection.ts";
import type { ServiceError } from "../connection.ts";
import { Pace } from "./pace.ts";
import { shareUnchanged } from "./share.ts";

export interface Query<Result> {
  readonly data: Result | undefined;
  readonly error: ServiceError | null;
  readonly loading: boolean;
}
interface Entry extends Query<unknown> {
  readonly method: Method;
  readonly params: unknown;
}

const pace = new Pace(performance.now());
const EMPTY: Query<never> = { data: undefined, error: null, loading: true };
const useQueries = create<{ entries: Readonly<Record<string, Entry>> }>(() => ({ entries: {} }));
const observers = new Map<string, number>();
const running = new Set<string>();
const stale = new Set<string>();
const lastAsked = new Map<string, number>();

/** What events of a kind make stale. Kinds not named here (phase, notice of an unknown sort) refresh the run itself. */
const DEPENDS_ON: Readonly<Partial<Record<Method, readonly string[]>>> = {
  "series.get": ["step", "resume"],
  "evaluations.list": ["evaluation"],
  "notices.list": ["notice", "control_ack"],
  "errors.list": ["data_error"],
  "alerts.list": ["step", "resume"],
  "controls.list": ["control_ack"],
  "timeline.get": ["step", "phase", "resume"],
  "logs.get": [
    "step",
    "phase",
    "notice",
    "data_error",
    "control_ack",
    "checkpoint",
    "evaluation",
    "run_ended",
    "resume",
  ],
  "rollouts.steps": ["group", "rollout", "resume"],
  "rollouts.groups": ["group", "rollout", "resume"],
  "analysis.corrections": ["rollout", "resume"],
  "analysis.preferencePairs": ["preference_pair", "verdicts", "resume"],
  "analysis.groupMap": ["group", "rollout", "resume"],
  "analysis.hallucinations": ["group", "rollout", "resume"],
};
const ABOUT_A_RUN = new Set<Method>(["runs.get", ...(Object.keys(DEPENDS_ON) as Method[])]);

function keyOf(method: Method, params: unknown): string {
  return `${method} ${JSON.stringify(params)}`;
}

function update(key: string, change: Partial<Entry> & Pick<Entry, "method" | "params">): void {
  useQueries.setState(({ entries }) => {
    const previous = entries[key] ?? { data: undefined, error: null, loading: true };
    const data = "data" in change ? shareUnchanged(previous.data, change.data) : previous.data;
    return { entries: { ...entries, [key]: { ...previous, ...change, data } } };
  });
}

function forget(key: string): void {
  useQueries.setState(({ entries }) => {
    const { [key]: _, ...rest } = entries;
    return { entries: rest };
  });
}

/** Answers nobody looks at, beyond which the oldest are let go: token arrays of many groups add up. */
const KEPT_ANSWERS = 300;

function letGoOfOldest(): void {
  const { entries } = useQueries.getState();
  const idle = Object.keys(entries).filter((key) => !observers.get(key));
  if (idle.length <= KEPT_ANSWERS) return;
  idle.sort((a, b) => (lastAsked.get(a) ?? 0) - (lastAsked.get(b) ?? 0));
  for (const key of idle.slice(0, idle.length - KEPT_ANSWERS)) {
    forget(key);
    observers.delete(key);
    lastAsked.delete(key);
  }
}

function ask(key: string, method: Method, params: unknown): void {
  if (running.has(key)) return void stale.add(key);
  running.add(key);
  stale.delete(key);
  lastAsked.set(key, Date.now());
  call(method, params as never)
    .then(
      (data) => {
        const arrived = performance.now();
        update(key, { method, params, data, error: null, loading: false });
        // Comes after what React draws for this answer.
        setTimeout(() => pace.note(performance.now() - arrived, performance.now()));
      },
      (error: ServiceError) => update(key, { method, params, error, loading: false }),
    )
    .finally(() => {
      running.delete(key);
      letGoOfOldest();
      if (stale.has(key)) askSoon(key, method, params);
    });
}

/** Asks again, but leaves a pause since the last time. */
function askSoon(key: string, method: Method, params: unknown): void {
  const pause = Math.max(0, (lastAsked.get(key) ?? 0) + pace.pauseMs - Date.now());
  stale.add(key);
  setTimeout(() => {
    if (!stale.has(key)) return;
    if (observers.get(key)) ask(key, method, params);
    else forget(key);
  }, pause);
}

/** Makes answers stale; those on screen are asked again. */
export function invalidate(matches: (method: Method, params: unknown) => boolean): void {
  for (const [key, entry] of Object.entries(useQueries.getState().entries)) {
    if (!matches(entry.method, entry.params)) continue;
    if (observers.get(key)) askSoon(key, entry.method, entry.params);
    else forget(key);
  }
}

/** The answer to one question, now and as it changes. `params` null: no question yet. */
export function useService<Name extends Method>(
  method: Name,
  params: MethodInput<Name> | null,
): Query<MethodResult<Name>> {
  const key = params === null ? null : keyOf(method, params);
  const entry = useQueries(({ entries }) => (key === null ? undefined : entries[key]));
  // Asked before the page is painted: the answer is on its way meanwhile.
  useLayoutEffect(() => {
    if (key === null) return;
    observers.set(key, (observers.get(key) ?? 0) + 1);
    if (!useQueries.getState().entries[key]) ask(key, method, params);
    return () => {
      observers.set(key, (observers.get(key) ?? 1) - 1);
    };
    // The key holds method and parameters.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return (entry ?? EMPTY) as Query<MethodResult<Name>>;
}

/** Several questions of one kind at once, such as the token arrays of a whole group; answers by position. */
export function useServices<Name extends Method>(
  method: Name,
  paramsList: readonly MethodInput<Name>[],
): readonly Query<MethodResult<Name>>[] {
  const signature = JSON.stringify(paramsList);
  // Compared one by one: an answer to another question re-renders nobody here.
  const entries = useQueries(useShallow((state) => paramsList.map((params) => state.entries[keyOf(method, params)])));
  useLayoutEffect(() => {
    const asked = JSON.parse(signature) as MethodInput<Name>[];
    for (const params of asked) {
      const key = keyOf(method, params);
      observers.set(key, (observers.get(key) ?? 0) + 1);
      if (!useQueries.getState().entries[key]) ask(key, method, params);
    }
    return () => {
      for (const params of asked) {
        const key = keyOf(method, params);
        observers.set(key, (observers.get(key) ?? 1) - 1);
      }
    };
  }, [method, signature]);
  return useMemo(() => entries.map((entry) => (entry ?? EMPTY) as Query<MethodResult<Name>>), [entries]);
}

function applyPush(push: Push): void {
  if (push.topic === "runs") {
    mergeRuns(push.runs, push.removed ?? []);
    invalidate((method) => ["runs.page", "runs.table", "queue.list", "devices.list"].includes(method));
    for (const run of push.runs) refreshDetail(run);
    return;
  }
  // Tokens of an answer in the making: whoever asked listens.
  if (push.topic === "session") return;
  invalidate((method, params) => {
    if (!ABOUT_A_RUN.has(method) || (params as { run: string }).run !== push.run) return false;
    const kinds = DEPENDS_ON[method];
    if (method === "rollouts.groups" && !mayHaveGrown((params as { step: number }).step, push.step)) return false;
    return kinds === undefined || push.kinds.length === 0 || push.kinds.some((kind) => kinds.includes(kind));
  });
}

/** A push names the last step that it is about; the step before it may have been in the same batch. */
const mayHaveGrown = (step: number, pushed: number) => step >= pushed - 1 && step <= pushed;

/** A push holds the runs that changed: they replace theirs in the list, new ones join it. */
function mergeRuns(changed: readonly RunSummary[], removed: readonly string[]): void {
  const key = keyOf("runs.list", {});
  const known = useQueries.getState().entries[key]?.data as readonly RunSummary[] | undefined;
  if (!known) return;
  const byId = new Map(changed.map((run) => [run.id, run]));
  const data = known.filter(({ id }) => !removed.includes(id)).map((run) => byId.get(run.id) ?? run);
  for (const run of changed) if (!run.dry && !known.some(({ id }) => id === run.id)) data.push(run);
  update(key, { method: "runs.list", params: {}, data, error: null, loading: false });
}

/** A pushed summary is newer than the detail on screen: show it at once. */
function refreshDetail(run: RunSummary): void {
  const key = keyOf("runs.get", { run: run.id });
  const entry = useQueries.getState().entries[key];
  if (entry?.data) update(key, { ...entry, data: { ...(entry.data as object), ...run } });
}

/** Binds the answers to the connection's pushes; called once. */
export function startLiveQueries(): void {
  onPush(applyPush);
  onGap(() => invalidate(() => true));
}
