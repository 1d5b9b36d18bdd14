/**
 * The small vocabulary: a byte-level BPE trained until every word of the pack is one token, in Qwen's layout (bytes,
 * merges, then special tokens), so that any text can still be encoded.
 */
import { GLYPHS } from "./glyphs.ts";
import { COLORS, DIRECTIONS, PLACES, SHAPES } from "./words.ts";

/** Words that stand after a space. */
const INNER_WORDS: readonly string[] = [
  ...COLORS,
  ...SHAPES,
  ...PLACES,
  ...DIRECTIONS,
  ..."s is the a at in of to go goes does first last after when where what which color colors shape shapes way".split(
    " ",
  ),
  ..."appear appears show shows many times flash flashes are there none no So Wait video then it word second".split(
    " ",
  ),
  ..."object objects moves move from and not yes option same bar high written happens image how Options".split(" "),
];

/** Words that begin a line, a turn, a thought or an answer. */
const FIRST_WORDS =
  "What Which Where When How Describe Name Read So Wait Options user system assistant image the".split(" ");

/** A thought names the letter right after the word that it found. */
const LETTERS = [" A", " B", " C", " D", " E", " F", ...GLYPHS.map((letter) => ` ${letter}`)];

/** Pieces of punctuation that the pre-tokenizer keeps whole. */
const PIECES = ["?\n", ".\n"];

/** In Qwen's order, then the four tags, which Qwen3 also has as plain (not special) added tokens. */
export const SPECIAL_TOKENS = [
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|vision_start|>",
  "<|vision_end|>",
  "<|vision_pad|>",
  "<|image_pad|>",
  "<|video_pad|>",
] as const;
export const TAG_TOKENS = ["<think>", "</think>", "<answer>", "</answer>"] as const;

/** Words that stand in no question, so that lookup is learnt as a rule and not as a list. */
export const LOOKUP_WORDS: readonly string[] = [...new Set(INNER_WORDS)];

/** GPT-2's printable stand-in for each byte. */
export function byteCharacters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : 256 + moved++));
}

export interface Vocabulary {
  /** Token strings in the order of their ids, added tokens left out. */
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
  /** Id of each added token. */
  readonly added: Readonly<Record<string, number>>;
  /** Rows of the embedding: tokens and added tokens, rounded up to a multiple of 8. */
  readonly size: number;
}

/** Trains the merges: always the most frequent pair (ties: first in code-unit order) until each word is one token. */
export function buildVocabulary(): Vocabulary {
  const characters = byteCharacters();
  const spell = (text: string): string[] => [...new TextEncoder().encode(text)].map((byte) => characters[byte]!);
  const texts = [...LOOKUP_WORDS.map((word) => ` ${word}`), ...LETTERS, ...FIRST_WORDS, ...PIECES];
  let words = [...new Set(texts)].map(spell);
  const tokens = characters.filter((character) => character < "\u0100").concat(characters.filter((c) => c >= "\u0100"));
  const merges: [string, string][] = [];
  for (;;) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let at = 1; at < word.length; at += 1) {
        const pair = `${word[at - 1]} ${word[at]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    if (counts.size === 0) break;
    const best = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]![0];
    const [left, right] = best.split(" ") as [string, string];
    merges.push([left, right]);
    if (!tokens.includes(left + right)) tokens.push(left + right);
    words = words.map((word) => merge(word, left, right));
  }
  const added: Record<string, number> = {};
  [...SPECIAL_TOKENS, ...TAG_TOKENS].forEach((token, index) => (added[token] = tokens.length + index));
  const used = tokens.length + Object.keys(added).length;
  return { tokens, merges, added, size: Math.ceil(used / 8) * 8 };
}

function merge(word: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let at = 0; at < word.length; at += 1) {
    if (word[at] === left && word[at + 1] === right) {
      merged.push(left + right);
      at += 1;
    } else merged.push(word[at]!);
  }
  return merged;
}
