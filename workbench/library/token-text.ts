/** Text of single tokens, by the tokenizer of the model that made them. Tokenizers are read once a folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";

const loaded = new Map<string, Tokenizer | null>();

function tokenizerOf(directory: string): Tokenizer | null {
  const known = loaded.get(directory);
  if (known !== undefined) return known;
  const [description, config] = ["tokenizer.json", "tokenizer_config.json"].map((name) => join(directory, name));
  let tokenizer: Tokenizer | null = null;
  if (existsSync(description!)) {
    const settings = existsSync(config!) ? (JSON.parse(readFileSync(config!, "utf8")) as object) : {};
    tokenizer = new Tokenizer(JSON.parse(readFileSync(description!, "utf8")) as object, settings);
  }
  loaded.set(directory, tokenizer);
  return tokenizer;
}

/**
 * One text an id. Bytes that are whole only together with their neighbours come out with the last of them, so that the
 * texts joined are the text decoded.
 */
export function tokenTexts(directory: string, ids: readonly number[]): string[] {
  const tokenizer = tokenizerOf(directory);
  if (!tokenizer) return ids.map((id) => `⟨${id}⟩`);
  const texts: string[] = [];
  let held: number[] = [];
  for (const id of ids) {
    held.push(id);
    const known = held.filter((one) => tokenizer.id_to_token(one) !== undefined);
    const text =
      known.length === 0
        ? ""
        : tokenizer.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    const broken = text.endsWith("\uFFFD") && held.length < 4;
    texts.push(broken ? "" : text);
    if (!broken) held = [];
  }
  return texts;
}
