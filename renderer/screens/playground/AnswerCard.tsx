import { useMemo, useState } from "react";
import type { TokenChannels } from "../../../contract/methods.ts";
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

/** One checkpoint's answer: streamed, then token by token with colours, and the frames that it stands on. */
export function AnswerCard({ title, state }: { readonly title: string; readonly state: Asking }) {
  const [channel, setChannel] = useState<TokenChannel>("logProb");
  const answer = state.result?.answers[0];
  const tokens = useMemo((): TokenChannels | null => {
    if (answer === undefined) return null;
    const channels = { logProb: answer.tokens.map(({ logProb }) => logProb), entropy: answer.entropy };
    return { tokens: answer.tokens.map(({ text }) => text), ids: answer.tokens.map(({ id }) => id), channels };
  }, [answer]);
  const scale = useMemo(() => scaleOf(channel, (tokens && channelValues(tokens, channel)) ?? []), [tokens, channel]);
  return (
    <Card title={title}>
      {state.error && <ErrorNote error={state.error} />}
      {state.busy && <p className={styles["stream"]}>{state.streamed || "Loading the checkpoint and the frames …"}</p>}
      {tokens && answer && state.result && (
        <div className={styles["answer"]}>
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
            {answer.tokens.length} tokens in {state.result.seconds.toFixed(1)} s, {STOPS[answer.stopReason]};{" "}
            {state.result.promptTokens} tokens of prompt
          </p>
          {state.result.shown && state.asked && (
            <Influence key={answer.text} asked={state.asked} result={state.result} completion={answer.text} />
          )}
        </div>
      )}
    </Card>
  );
}
