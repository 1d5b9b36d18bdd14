/**
 * Text to ids and back, and chat templates, from a checkpoint's own files. Templates are code from a stranger: they run
 * with a time limit and see nothing but the conversation.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import vm from "node:vm";
import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";

/** Real templates take milliseconds; in this time one that never ends cannot take much memory either. */
const TEMPLATE_TIME_LIMIT_MS = 250;
/** On a machine busy with other things a template gets the processor at one of so many tries. */
const STARVED_TRIES = 20;

export interface ChatOptions {
  /** Ends the text with the opening of the assistant's turn. */
  readonly addGenerationPrompt: boolean;
  /** Numbers pictures and videos (`Picture 1: `). */
  readonly addVisionId?: boolean;
}

export interface TextTokenizer {
  /** Ids of a text; names of added tokens in it become those tokens. */
  encode(text: string): number[];
  /** Text of ids; ids without a token decode to nothing, broken UTF-8 to U+FFFD. */
  decode(ids: ArrayLike<number>, options?: { readonly skipSpecial?: boolean }): string;
  /** A conversation in the checkpoint's chat template: turns with `role` and `content`. */
  renderChat(messages: readonly object[], options: ChatOptions): string;
  /** Id of an added token such as `<|im_end|>`; throws where the tokenizer has none of that name. */
  specialId(name: string): number;
  /** Text of one token by itself, for showing; "" for ids without a token. */
  tokenText(id: number): string;
}

/** Reads `tokenizer.json`, `tokenizer_config.json` and the chat template of a checkpoint folder. */
export async function loadTokenizer(directory: string): Promise<TextTokenizer> {
  const description = (await readJson(directory, "tokenizer.json")) as object;
  const config = ((await readJson(directory, "tokenizer_config.json", true)) ?? {}) as Record<string, unknown>;
  const tokenizer = buildTokenizer(directory, description, config);
  const source = await templateSource(directory, config);
  let template: TimedTemplate | null = null;
  const texts = new Map<number, string>();

  const decode: TextTokenizer["decode"] = (ids, options = {}) => {
    const known = Array.from(ids).filter((id) => tokenizer.id_to_token(id) !== undefined);
    if (known.length === 0) return "";
    return tokenizer.decode(known, {
      skip_special_tokens: options.skipSpecial ?? false,
      clean_up_tokenization_spaces: false,
    });
  };
  return {
    encode: (text) => (text === "" ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids),
    decode,
    renderChat(messages, options) {
      if (source === null) {
        throw new Error(
          `No chat template was found in ${directory}: add chat_template.json or a chat_template in tokenizer_config.json.`,
        );
      }
      template ??= new TimedTemplate(source, directory);
      return template.render({
        messages,
        add_generation_prompt: options.addGenerationPrompt,
        add_vision_id: options.addVisionId ?? false,
      });
    },
    specialId(name) {
      const id = tokenizer.token_to_id(name);
      if (id === undefined) {
        throw new Error(`The tokenizer in ${directory} has no token ${name}: use a Qwen2-VL or Qwen2.5-VL checkpoint.`);
      }
      return id;
    },
    tokenText(id) {
      let text = texts.get(id);
      if (text === undefined) texts.set(id, (text = decode([id])));
      return text;
    },
  };
}

function buildTokenizer(directory: string, description: object, config: object): Tokenizer {
  try {
    return new Tokenizer(description, config);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(
      `${path.join(directory, "tokenizer.json")} cannot be used (${reason}): fetch the checkpoint again.`,
      {
        cause: error,
      },
    );
  }
}

async function templateSource(directory: string, config: Record<string, unknown>): Promise<string | null> {
  const own = (await readJson(directory, "chat_template.json", true)) as { chat_template?: unknown } | null;
  if (typeof own?.chat_template === "string") return own.chat_template;
  if (typeof config.chat_template === "string") return config.chat_template;
  try {
    return await readFile(path.join(directory, "chat_template.jinja"), "utf8");
  } catch {
    return null;
  }
}

async function readJson(directory: string, name: string, optional = false): Promise<unknown> {
  const file = path.join(directory, name);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(
      `${file} cannot be read (${(error as Error).message}): is ${directory} a whole checkpoint folder?`,
      {
        cause: error,
      },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not valid JSON (${(error as Error).message}): fetch the checkpoint again.`, {
      cause: error,
    });
  }
}

/** A template whose rendering is cut off after {@link TEMPLATE_TIME_LIMIT_MS}. */
class TimedTemplate {
  readonly #directory: string;
  readonly #run: { call: () => string };
  readonly #context: vm.Context;
  readonly #script = new vm.Script("run.call()");

  constructor(source: string, directory: string) {
    this.#directory = directory;
    this.#run = { call: () => "" };
    this.#context = vm.createContext({ run: this.#run });
    let template: Template | null = null;
    this.#limited(() => {
      template = new Template(source);
      return "";
    });
    this.#template = template!;
  }
  readonly #template: Template;

  render(values: Record<string, unknown>): string {
    return this.#limited(() => this.#template.render(values));
  }

  #limited(work: () => string): string {
    for (let tries = 1; ; tries++) {
      const before = process.cpuUsage();
      try {
        this.#run.call = work;
        return this.#script.runInContext(this.#context, { timeout: TEMPLATE_TIME_LIMIT_MS }) as string;
      } catch (error) {
        if (tries < STARVED_TRIES && isTimeout(error) && wasStarved(before)) continue;
        throw this.#failure(error);
      }
    }
  }

  #failure(error: unknown): Error {
    const reason = isTimeout(error) ? `took more than ${TEMPLATE_TIME_LIMIT_MS / 1000} s` : (error as Error).message;
    return new Error(
      `The chat template of ${this.#directory} failed: ${reason}. Use the template of the base checkpoint.`,
      { cause: error },
    );
  }
}

const isTimeout = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";

/** The limit counts time on the clock; where others held the processor the template has hardly run yet. */
function wasStarved(before: NodeJS.CpuUsage): boolean {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 < TEMPLATE_TIME_LIMIT_MS / 2;
}
