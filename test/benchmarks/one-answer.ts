/** Runs with one more group of one answer, as long and with such a clip as a benchmark needs. */
import { join } from "node:path";
import type { EventOf } from "../../contract/journal.ts";
import { JournalWriter } from "../../workbench/testing/journal-writer.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";

/** The step that holds the group. */
export const ANSWER_STEP = 7;

export interface OneAnswer {
  readonly ids: readonly number[];
  readonly text: string;
  readonly media: EventOf<"group">["media"];
}

/** A short synthetic run with the group at the end; its log-probabilities and entropies are made up. */
export function writeOneAnswer(data: string, run: string, { ids, text, media }: OneAnswer): void {
  const time = 1_700_000_000_000;
  const before = new SyntheticRun({
    dataFolder: data,
    id: run,
    steps: 6,
    seed: 1,
    startTime: time,
    prompts: 1,
    videos: false,
  });
  while (before.step());
  const journal = new JournalWriter(join(data, "runs", run), 2);
  const values = (scale: number) => ids.map((_, index) => -scale * Math.abs(Math.sin(index * 0.7)));
  const tokens = journal.tokens({
    ids,
    channels: { logProb: values(3), oldLogProb: values(3.01), referenceLogProb: values(2.8), entropy: values(-1) },
  });
  const group = `${ANSWER_STEP}-0-ordered`;
  journal.write(
    {
      type: "group",
      step: ANSWER_STEP,
      stage: "rl",
      group,
      pair: `${ANSWER_STEP}-0`,
      view: "ordered",
      sampleId: run,
      task: run,
      problemType: "free-form",
      question: "What happens in this very long video?",
      options: [],
      answer: "Much.",
      promptText: "",
      promptHash: "bench",
      promptTokens: 1000,
      media,
      rewardMean: 0,
      rewardStd: 0,
      dead: true,
      gate: null,
      trained: true,
    },
    time + 100_000,
  );
  journal.write(
    {
      type: "rollout",
      step: ANSWER_STEP,
      group,
      index: 0,
      text,
      stopReason: "stop",
      prediction: "",
      correct: false,
      rewards: { accuracy: 0 },
      reward: 0,
      advantage: 0,
      tokens,
    },
    time + 100_000,
  );
  journal.flush();
}
