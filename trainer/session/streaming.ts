/** Generation whose tokens are told as they come, as text of whole characters, with texts that end it. */
import type { AnswerResult, AskSampling, SessionToken } from "../../contract/session.ts";
import type { Completion, Model, Prompt, StreamedToken } from "../../native/types.ts";
import { seedOf } from "../../science/rng.ts";
import type { Prompter } from "../data/prompting.ts";
import type { TextTokenizer } from "../data/tokens.ts";
import type { Call } from "./line-server.ts";

export interface StreamOptions {
  readonly prompter: Prompter;
  readonly sampling: AskSampling;
  readonly n: number;
  /** Generation of a completion ends before the first of these. */
  readonly stop: readonly string[];
}

export async function streamAnswers(
  model: Model,
  prompt: Prompt,
  { prompter, sampling, n, stop }: StreamOptions,
  { signal, emit }: Call,
): Promise<AnswerResult[]> {
  const { temperature, topP, topK = 0, maxTokens, seed } = sampling;
  const streams = Array.from({ length: n }, () => new AnswerStream(prompter, stop));
  const stopped = new AbortController();
  const onToken = (tokens: readonly StreamedToken[]): void => {
    for (const [completion, stream] of streams.entries()) {
      const news = stream.add(tokens.filter((token) => token.completion === completion));
      if (news.tokens.length > 0 || news.text !== "") emit({ type: "tokens", completion, ...news });
    }
    if (streams.every(({ isStopped }) => isStopped)) stopped.abort();
  };
  let completions: readonly Completion[] | null = null;
  try {
    const [group] = await model.generate([prompt], {
      n,
      signal: AbortSignal.any([signal, stopped.signal]),
      onToken,
      streams: [0],
      sampling: {
        ...(temperature === 0 ? { greedy: true } : { temperature, topP, topK }),
        maxTokens,
        stopIds: prompter.stopIds,
        bannedIds: prompter.bannedIds,
        seed: seedOf("ask", seed),
      },
    });
    completions = group!.completions;
  } catch (error) {
    // Ended by its stop texts: what was streamed is the answer.
    if (!stopped.signal.aborted || signal.aborted) throw error;
  }
  signal.throwIfAborted();
  return streams.map((stream, index) => {
    const completion = completions?.[index];
    const news = completion === undefined ? stream.rest() : stream.finish(completion);
    if (news.tokens.length > 0 || news.text !== "") emit({ type: "tokens", completion: index, ...news });
    return stream.answer(completion);
  });
}

interface News {
  readonly text: string;
  readonly tokens: readonly SessionToken[];
}

/** One completion as it grows. */
class AnswerStream {
  readonly #prompter: Prompter;
  readonly #stop: readonly string[];
  readonly #tokens: SessionToken[] = [];
  /** What was told so far. */
  #told = "";
  isStopped = false;

  constructor(prompter: Prompter, stop: readonly string[]) {
    this.#prompter = prompter;
    this.#stop = stop;
  }

  add(tokens: readonly Pick<StreamedToken, "id" | "logProb">[]): News {
    if (this.isStopped) return { text: "", tokens: [] };
    const fresh = tokens.map(({ id, logProb }) => tokenOf(this.#prompter.tokenizer, id, logProb));
    this.#tokens.push(...fresh);
    const text = this.#text();
    // Half a character, and what may be the beginning of a stop text, wait for the next token.
    const held = Math.max(0, ...this.#stop.map((one) => one.length - 1));
    const sure = this.isStopped ? text : text.replace(/\ufffd+$/, "").slice(0, Math.max(0, text.length - held));
    return { text: this.#tell(sure), tokens: fresh };
  }

  /** The tokens that were not streamed, and the text that was held back. */
  finish({ ids, logProbs }: Completion): News {
    const from = this.#tokens.length;
    const tokens = Array.from(ids.subarray(from), (id, place) => ({ id, logProb: logProbs[from + place]! }));
    const news = this.add(tokens);
    return { text: news.text + this.#tell(this.#text()), tokens: news.tokens };
  }

  rest(): News {
    return { text: this.#tell(this.#text()), tokens: [] };
  }

  answer(completion: Completion | undefined): AnswerResult {
    const ended = this.isStopped || completion === undefined;
    return {
      text: this.#text(),
      tokens: this.#tokens,
      entropy: ended ? [] : [...completion.entropy],
      stopReason: ended ? "stop" : completion.stopReason,
    };
  }

  #tell(text: string): string {
    const delta = text.slice(this.#told.length);
    if (delta !== "") this.#told = text;
    return delta;
  }

  #text(): string {
    const whole = this.#prompter.completionText(Int32Array.from(this.#tokens, ({ id }) => id));
    const ends = this.#stop.map((one) => whole.indexOf(one)).filter((place) => place >= 0);
    if (ends.length === 0) return whole;
    this.isStopped = true;
    return whole.slice(0, Math.min(...ends));
  }
}

export function tokenOf(tokenizer: TextTokenizer, id: number, logProb: number): SessionToken {
  return { id, text: tokenizer.tokenText(id), logProb };
}
