import { useMemo, useState } from "react";
import type { TokenChannels } from "../../../contract/methods.ts";
import type { SessionToken } from "../../../contract/session.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { channelValues, CHANNEL_WORDS, scaleOf, type TokenChannel } from "../../parts/token-heat.ts";
import { TokenText } from "../../parts/TokenText.tsx";
import { Influence } from "./Influence.tsx";
import styles from "./Playground.module.css";
import type { Asking } from "./useAsking.ts";

const CHANNELS = ["none", "logProb", "entropy"] as const satisfies readonly TokenChannel[];
const STOPS = { stop: "ended by itself", length: "cut off at the limit", abort: "cancelled" } as const;

/** One checkpoint's answer: token by token with colours while it is written, then the frames that it stands on. */
export function AnswerCard({
  title,
  state,
  onKeep,
}: {
  readonly title: string;
  readonly state: Asking;
  /** Keeps the question as a test case. */
  readonly onKeep: (() => void) | null;
}) {
  const [channel, setChannel] = useState<TokenChannel>("logProb");
  const answer = state.result?.answers[0];
  const shown = answer?.tokens ?? state.tokens;
  const tokens = useMemo(() => channelsOf(shown, answer?.entropy ?? []), [shown, answer]);
  const scale = useMemo(() => scaleOf(channel, channelValues(tokens, channel) ?? []), [tokens, channel]);
  const total = shown.reduce((sum, { logProb }) => sum + logProb, 0);
  return (
    <Card
      title={title}
      aside={
        answer && onKeep ? (
          <Button icon="save" onClick={onKeep}>
            Save as test case
          </Button>
        ) : undefined
      }
    >
      {state.error && <ErrorNote error={state.error} />}
      {state.busy && shown.length === 0 && (
        <p className={styles["stream"]} role="status">
          {state.progress ?? "Loading the checkpoint and the frames …"}
        </p>
      )}
      {shown.length > 0 && (
        <div className={styles["answer"]} aria-busy={state.busy}>
          <Segmented
            label="Colour tokens by"
            value={channel}
            onChange={setChannel}
            choices={CHANNELS.map((value) => ({
              value,
              label: CHANNEL_WORDS[value].label,
              hint: CHANNEL_WORDS[value].explanation,
            }))}
          />
          <TokenText tokens={tokens} channel={channel} scale={scale} />
          <p className={styles["note"]}>
            {shown.length} tokens
            {answer && state.result
              ? ` in ${state.result.seconds.toFixed(1)} s, ${STOPS[answer.stopReason]}; ${state.result.promptTokens} tokens of prompt`
              : " so far"}
            ; log-probability {total.toFixed(2)} nats
          </p>
          {answer && state.result?.shown && state.asked && (
            <Influence
              key={answer.text}
              asked={state.asked}
              completion={answer.text}
              shown={{ frames: state.result.shown.frames, urls: state.result.frameUrls }}
            />
          )}
        </div>
      )}
    </Card>
  );
}

function channelsOf(tokens: readonly SessionToken[], entropy: readonly number[]): TokenChannels {
  const logProb = tokens.map((token) => token.logProb);
  return {
    tokens: tokens.map(({ text }) => text),
    ids: tokens.map(({ id }) => id),
    channels: { logProb, ...(entropy.length > 0 ? { entropy } : {}) },
  };
}
