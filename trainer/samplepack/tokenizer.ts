/** The tokenizer's files as Hugging Face directories hold them: Qwen2's byte-level BPE with the pack's vocabulary. */
import type { Vocabulary } from "./vocabulary.ts";
import { SPECIAL_TOKENS } from "./vocabulary.ts";

/** Qwen2's pre-tokenizer. */
const SPLIT_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * ChatML with the medium first, as Qwen2.5-VL's, but no system turn is made up (it would cost a small model a fifth of
 * its prompt) and an empty one is left out.
 */
export const CHAT_TEMPLATE = [
  "{%- for message in messages -%}",
  "{%- if message['role'] != 'system' or message['content'] -%}",
  "{{- '<|im_start|>' + message['role'] + '\\n' -}}",
  "{%- if message['content'] is string -%}{{- message['content'] -}}{%- else -%}",
  "{%- for part in message['content'] -%}",
  "{%- if part['type'] == 'image' -%}{{- '<|vision_start|><|image_pad|><|vision_end|>' -}}",
  "{%- elif part['type'] == 'video' -%}{{- '<|vision_start|><|video_pad|><|vision_end|>' -}}",
  "{%- elif 'text' in part -%}{{- part['text'] -}}{%- endif -%}",
  "{%- endfor -%}{%- endif -%}",
  "{{- '<|im_end|>\\n' -}}",
  "{%- endif -%}{%- endfor -%}",
  "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}",
].join("\n");

interface AddedToken {
  readonly content: string;
  readonly lstrip: false;
  readonly normalized: false;
  readonly rstrip: false;
  readonly single_word: false;
  readonly special: boolean;
}

function addedToken(content: string): AddedToken {
  const special = (SPECIAL_TOKENS as readonly string[]).includes(content);
  return { content, lstrip: false, normalized: false, rstrip: false, single_word: false, special };
}

/** File name → text of every tokenizer and preprocessor file of the base model's directory. */
export function tokenizerFiles(vocabulary: Vocabulary): Readonly<Record<string, string>> {
  const vocab = Object.fromEntries(vocabulary.tokens.map((token, id) => [token, id]));
  const added = Object.entries(vocabulary.added);
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map(([content, id]) => ({ id, ...addedToken(content) })),
    normalizer: { type: "NFC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: SPLIT_PATTERN }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: vocabulary.merges,
    },
  };
  const tokenizerConfig = {
    add_bos_token: false,
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(added.map(([content, id]) => [String(id), addedToken(content)])),
    additional_special_tokens: SPECIAL_TOKENS.slice(1),
    bos_token: null,
    eos_token: "<|im_end|>",
    pad_token: "<|endoftext|>",
    unk_token: null,
    clean_up_tokenization_spaces: false,
    errors: "replace",
    model_max_length: 2048,
    split_special_tokens: false,
    tokenizer_class: "Qwen2Tokenizer",
    chat_template: CHAT_TEMPLATE,
  };
  const preprocessor = {
    min_pixels: 84 * 84,
    max_pixels: 84 * 84,
    patch_size: 14,
    temporal_patch_size: 2,
    merge_size: 2,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
    image_processor_type: "Qwen2VLImageProcessor",
    processor_class: "Qwen2_5_VLProcessor",
  };
  const endOfTurn = vocabulary.added["<|im_end|>"];
  const endOfText = vocabulary.added["<|endoftext|>"];
  const generation = {
    bos_token_id: endOfText,
    pad_token_id: endOfText,
    eos_token_id: [endOfTurn, endOfText],
    do_sample: true,
    temperature: 1,
  };
  const pretty = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  return {
    "tokenizer.json": pretty(tokenizer),
    "tokenizer_config.json": pretty(tokenizerConfig),
    "chat_template.json": pretty({ chat_template: CHAT_TEMPLATE }),
    "vocab.json": `${JSON.stringify(vocab)}\n`,
    "merges.txt": `#version: 0.2\n${vocabulary.merges.map(([left, right]) => `${left} ${right}`).join("\n")}\n`,
    "added_tokens.json": pretty(vocabulary.added),
    "special_tokens_map.json": pretty({
      additional_special_tokens: SPECIAL_TOKENS.slice(1),
      eos_token: "<|im_end|>",
      pad_token: "<|endoftext|>",
    }),
    "preprocessor_config.json": pretty(preprocessor),
    "generation_config.json": pretty(generation),
  };
}
