import { useRef, useState } from "react";
import type { MethodResult } from "../../../contract/methods.ts";
import type { ReplayDifference, ReplayPlan } from "../../../contract/session.ts";
import { call, type ServiceError } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { formatDuration } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import { listening, newCall } from "../playground/useAsking.ts";
import styles from "./RolloutLinks.module.css";

type Result = MethodResult<"session.replay">;

/** What a replay costs, then the replay, then the first difference with its cause. */
export function ReplayDialog({
  run,
  step,
  group,
  index,
  onClose,
}: {
  readonly run: string;
  readonly step: number;
  readonly group: string;
  readonly index: number;
  readonly onClose: () => void;
}) {
  const plan = useService("session.replayPlan", { run, step });
  const [saying, setSaying] = useState<string | null>(null);
  const [result, setResult] = useState<Result | null>(null);
  const [error, setError] = useState<ServiceError | null>(null);
  const name = useRef(newCall());
  const start = async (): Promise<void> => {
    setSaying("loading the run's model and rows");
    setError(null);
    try {
      setResult(
        await listening(
          (given) => call("session.replay", { call: given, run, group, index }),
          (event) => event.type === "progress" && setSaying(event.text),
          name.current,
        ),
      );
    } catch (failure) {
      setError(failure as ServiceError);
    } finally {
      setSaying(null);
    }
  };
  const close = (): void => {
    if (saying !== null) void call("session.cancel", { call: name.current }).catch(() => undefined);
    onClose();
  };
  return (
    <Modal
      title={`Replay ${group}/${index}`}
      description="The answer is generated again from checkpoint, seed, sampler and frames, and compared token by token with what the journal holds."
      width={600}
      onClose={close}
    >
      <div className={styles["replay"]}>
        {plan.error ? (
          <ErrorNote error={plan.error} />
        ) : !plan.data ? (
          <Skeleton height={40} />
        ) : (
          <Cost plan={plan.data} />
        )}
        {error && <ErrorNote error={error} />}
        {saying !== null && <p role="status">{`${saying[0]!.toUpperCase()}${saying.slice(1)} …`}</p>}
        {result && <Outcome result={result} />}
        <div className={styles["buttons"]}>
          <Button onClick={close}>{saying === null ? "Close" : "Cancel"}</Button>
          <Button kind="primary" disabled={!plan.data || saying !== null} onClick={() => void start()}>
            {result ? "Replay again" : "Replay"}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function Cost({ plan: { checkpoint, updates, estimatedSeconds } }: { readonly plan: ReplayPlan }) {
  const from = checkpoint?.replace(/^checkpoints\//, "") ?? "the model that the run started from";
  return (
    <p className={styles["cost"]}>
      {updates === 0 ? (
        <>
          The policy that sampled it was saved (<strong>{from}</strong>): only the step&apos;s answers are sampled
          again.
        </>
      ) : (
        <>
          The policy that sampled it was not saved. From <strong>{from}</strong>, <strong>{updates}</strong>{" "}
          {updates === 1 ? "update is" : "updates are"} done again first: about{" "}
          <strong>{formatDuration(estimatedSeconds)}</strong> by the journal&apos;s times.
        </>
      )}
    </p>
  );
}

function Outcome({ result }: { readonly result: Result }) {
  const { identical, tokens, identicalInStep, rolloutsInStep, seconds, firstDifference, cause, text } = result;
  return (
    <>
      <p className={styles["verdict"]} data-same={identical}>
        <Icon name={identical ? "check" : "cross"} />
        {identical ? `Identical: all ${tokens} tokens.` : `Different from token ${firstDifference!.token + 1} on.`}
      </p>
      {firstDifference && <Difference difference={firstDifference} />}
      {cause && <p>{cause}</p>}
      <p className={styles["cost"]}>
        {identicalInStep} of the step&apos;s {rolloutsInStep} answers are identical; it took {formatDuration(seconds)}.
      </p>
      {!identical && <pre className={styles["text"]}>{text}</pre>}
    </>
  );
}

function Difference({ difference: { logged, again } }: { readonly difference: ReplayDifference }) {
  return (
    <table className={styles["difference"]}>
      <tbody>
        {(
          [
            ["logged", logged],
            ["now", again],
          ] as const
        ).map(([when, token]) => (
          <tr key={when}>
            <th scope="row">{when}</th>
            <td>{token === null ? "nothing: it had ended" : <code>{JSON.stringify(token.text)}</code>}</td>
            <td>{token && `token ${token.id}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
