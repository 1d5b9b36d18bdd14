/** Asks one checkpoint or two about a video or picture; shows the answers token by token and what each frame did. */
import { useState } from "react";
import type { AskableModel, MethodResult } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { Button } from "../parts/Button.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import type { Route } from "../state/address.ts";
import { useService } from "../state/queries.ts";
import { AnswerCard } from "./playground/AnswerCard.tsx";
import { AskForm } from "./playground/AskForm.tsx";
import { CaseDialog } from "./playground/CaseDialog.tsx";
import { CaseList } from "./playground/CaseList.tsx";
import {
  draftProblem,
  EMPTY_DRAFT,
  fromCase,
  fromOrigin,
  fromSample,
  questionFor,
  type Draft,
} from "./playground/draft.ts";
import { LoggedAnswer } from "./playground/LoggedAnswer.tsx";
import styles from "./playground/Playground.module.css";
import { useAsking } from "./playground/useAsking.ts";
import { Versus } from "./playground/Versus.tsx";

type Place = Extract<Route, { readonly screen: "playground" }>;

/** Waits for what the address names: a rollout to ask again, or a test case. */
export function Playground({ place }: { readonly place: Place }) {
  const models = useService("session.models", {});
  const cases = useService("cases.list", {});
  const origin = useService(
    "session.origin",
    place.run !== undefined && place.rollout !== undefined ? { run: place.run, rollout: place.rollout } : null,
  );
  const error = models.error ?? cases.error ?? origin.error;
  const isReady = models.data && cases.data && (place.run === undefined || origin.data);
  if (error || !isReady) {
    return <Page title="Playground">{error ? <ErrorNote error={error} /> : <Skeleton height={320} />}</Page>;
  }
  return <Bench place={place} models={models.data!} cases={cases.data!} origin={origin.data ?? null} />;
}

interface BenchProps {
  readonly place: Place;
  readonly models: readonly AskableModel[];
  readonly cases: MethodResult<"cases.list">;
  readonly origin: MethodResult<"session.origin"> | null;
}

function Bench({ place, models, cases, origin }: BenchProps) {
  const kept = cases.find(({ id }) => id === place.testCase);
  const [draft, setDraft] = useState<Draft>({
    ...EMPTY_DRAFT,
    ...(origin ? fromOrigin(origin) : kept ? fromCase(kept) : {}),
  });
  const [keeping, setKeeping] = useState<string | null>(null);
  const sample = useService("session.samples", {}).data?.find(({ path }) => path !== "");
  const a = useAsking();
  const b = useAsking();
  const first = models.find(({ directory }) => directory === draft.first) ?? models[0];
  const second = models.find(({ directory }) => directory === draft.second);
  const busy = a.state.busy || b.state.busy;
  const canAsk = !busy && first !== undefined && draft.question.trim() !== "" && draftProblem(draft) === null;
  const submit = (): void => {
    if (!canAsk) return;
    void a.ask(questionFor(draft, first));
    if (second) void b.ask(questionFor(draft, second));
    else b.clear();
  };
  const change = (changed: Partial<Draft>): void => setDraft((before) => ({ ...before, ...changed }));
  useActions([
    { id: "ask", label: "Ask", group: "Playground", shortcut: "Ctrl+Enter", enabled: canAsk, perform: submit },
  ]);
  const nameOf = (directory: string): string =>
    models.find((model) => model.directory === directory)?.label ?? directory;
  const given = a.state.result?.answers[0]?.text ?? "";
  const answers = [a.state, b.state].filter(({ asked }) => asked !== null);
  return (
    <Page title="Playground">
      <div className={styles["columns"]}>
        <AskForm
          draft={draft}
          models={models}
          busy={busy}
          onDraft={change}
          onAsk={submit}
          onCancel={() => {
            a.cancel();
            b.cancel();
          }}
        />
        <div className={styles["answers"]}>
          {origin && (
            <LoggedAnswer
              origin={origin}
              asked={first ? { ...questionFor(draft, first), change: null } : null}
              label={first?.label ?? ""}
              measure={place.measure === true}
            />
          )}
          {answers.length === 0 && !origin && (
            <EmptyState
              icon="play"
              title="Ask a checkpoint about a video: its answer comes here word by word, with the frames that it saw."
            >
              {sample && <Button onClick={() => change(fromSample(sample))}>Fill in a held-out question</Button>}
            </EmptyState>
          )}
          <div className={styles["pair"]} data-count={answers.length}>
            {answers.map((state, place) => (
              <AnswerCard
                key={place}
                title={nameOf(state.asked!.model)}
                state={state}
                onKeep={place === 0 && draft.path.trim() !== "" ? () => setKeeping(answerIn(given)) : null}
              />
            ))}
          </div>
          {b.state.asked && (
            <Versus
              key={given + (b.state.result?.answers[0]?.text ?? "")}
              left={a.state}
              right={b.state}
              names={[nameOf(a.state.asked?.model ?? ""), nameOf(b.state.asked.model)]}
            />
          )}
          {cases.length > 0 && <CaseList cases={cases} onOpen={(one) => change(fromCase(one))} />}
        </div>
      </div>
      {keeping !== null && (
        <CaseDialog draft={draft} given={keeping} onClose={() => setKeeping(null)} onSaved={() => setKeeping(null)} />
      )}
    </Page>
  );
}

/** What stands inside the answer tags, else the text's end. */
const answerIn = (text: string): string =>
  /<answer>\s*([\s\S]*?)\s*<\/answer>/.exec(text)?.[1] ?? text.trim().slice(-60);
