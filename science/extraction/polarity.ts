/** Yes or no out of a text, by the careful rule. */
import { read, unread, type Reading } from "./reading.ts";

const YES = new Set(["yes", "yep", "yeah", "true", "correct", "是", "对", "sí", "si", "oui", "ja", "да", "はい"]);
const NO = new Set(["no", "nope", "false", "incorrect", "否", "不是", "不", "non", "nein", "нет", "いいえ"]);

/** The first word that says one or the other; a text that begins by saying both says neither. */
export function readPolarity(span: string): Reading<"yes" | "no"> {
  const words =
    span
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}]+/gu) ?? [];
  const at = words.findIndex((word) => YES.has(word) || NO.has(word));
  if (at === -1) return unread("neither yes nor no is said");
  const said = YES.has(words[at]!) ? "yes" : "no";
  if (["and", "or"].includes(words[at + 1] ?? "") && (said === "yes" ? NO : YES).has(words[at + 2] ?? "")) {
    return unread("both yes and no are said");
  }
  if (words[at - 1] === "not" && (words[at] === "true" || words[at] === "correct")) return read("no", "not true");
  return read(said, at === 0 ? "the first word" : "the first word of that kind");
}
