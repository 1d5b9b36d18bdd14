/**
 * The option that a text chooses, by the careful rule. It forgives how a letter is dressed, reads an option's own words,
 * and refuses to choose where several options are named: listing letters must not win.
 */
import { strip } from "../answers.ts";
import { read, unread, type Reading } from "./reading.ts";

/** Capitals of other alphabets that look like A, B, C, E; and full-width letters. */
const LOOKALIKES: Readonly<Record<string, string>> = { А: "A", В: "B", С: "C", Е: "E", Α: "A", Β: "B", Ε: "E" };

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[АВСЕΑΒΕ]/gu, (letter) => LOOKALIKES[letter]!)
    .replace(/[*_`$"“”]/g, "");

const words = (text: string): string =>
  plain(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** `"A. left"` → `left`; an option without a letter stays whole. */
export const withoutLetter = (option: string): string => option.replace(/^\s*[([]?[A-Za-z][)\].:]\s*/, "");

export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** @param options as shown to the model; their number says which letters exist. */
export function readLetter(span: string, options: readonly string[]): Reading<string> {
  const letters = options.map((_, index) => letterOf(index));
  const text = strip(plain(span));
  if (text === "") return unread("there is no text");
  const exists = (letter: string): boolean => letters.length === 0 || letters.includes(letter);

  const alone = /^(?:option|choice|answer)?\s*[:：]?\s*[([{]?\s*([A-Za-z])\s*[)\]}]?[.,;:!]?$/i.exec(text);
  if (alone !== null) {
    const letter = alone[1]!.toUpperCase();
    return exists(letter) ? read(letter, "a letter by itself") : unread(`there is no option ${letter}`);
  }

  const byWords = optionByWords(text, options);
  const led = /^[([{]?\s*([A-Z])\s*(?:[)\]}]|[.:,)](?=\s|$)|\s*[-–—]\s)/.exec(text);
  const rest = led === null ? "" : text.slice(led[0].length);
  if (led !== null && exists(led[1]!)) {
    const others = lettersIn(rest, letters).filter((letter) => letter !== led[1]);
    if (others.length === 0) return read(led[1]!, "a letter in front of its text");
    // "B. not A": what is only ruled out does not count.
    if (lettersIn(withoutRuledOut(rest), letters).every((letter) => letter === led[1]))
      return read(led[1]!, "a letter, another one ruled out");
    if (byWords === led[1]) return read(led[1], "a letter in front of its option's words");
    return unread(`it names ${[led[1]!, ...others].join(" and ")}`);
  }

  const chosen = [...new Set(lettersIn(withoutRuledOut(text), letters))];
  if (chosen.length === 1) return read(chosen[0]!, "the only letter named");
  if (chosen.length > 1) return unread(`it names ${chosen.join(" and ")}`);
  if (byWords !== null) return read(byWords, "the words of one option");
  return unread("no option is named");
}

/** Every option letter that stands as one: in brackets, after "option", or as a capital by itself that is no word. */
function lettersIn(text: string, letters: readonly string[]): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?<![\p{L}\p{N}'’])([A-Z])(?![\p{L}\p{N}'’])/gu)) {
    const letter = match[1]!;
    if (letters.length > 0 && !letters.includes(letter)) continue;
    const before = text.slice(Math.max(0, match.index - 10), match.index);
    const after = text.slice(match.index + 1, match.index + 20);
    // "A ball", "I think": words of the language, not choices, unless they are dressed as a letter.
    const isWord =
      (letter === "A" || letter === "I") &&
      /^\s+(?!(?:and|or|nor|but|is|was|because)\b)\p{Ll}/u.test(after) &&
      !/[([]$|option\s*$/i.test(before);
    if (!isWord) found.push(letter);
  }
  for (const match of text.matchAll(/[([]([a-z])[)\]]|option\s+([a-z])\b/gi)) {
    const letter = (match[1] ?? match[2])!.toUpperCase();
    if ((letters.length === 0 || letters.includes(letter)) && !found.includes(letter)) found.push(letter);
  }
  return found;
}

/** The text without what it rules out: `not A`, `neither A nor B`, `rather than C`, `A is wrong`. */
function withoutRuledOut(text: string): string {
  return text
    .replace(
      /\b(?:isn't|is not|not|neither|nor|rather than|instead of|except)\s+(?:option\s+)?[([]?[A-Z][)\]]?(?![\p{L}\p{N}])/giu,
      " ",
    )
    .replace(/(?<![\p{L}\p{N}])[([]?[A-Z][)\]]?\s+(?:is|are|was)\s+(?:wrong|incorrect|false|not)\b/giu, " ");
}

/** The one option whose words are the text or stand in it; null for none, or for several. */
function optionByWords(text: string, options: readonly string[]): string | null {
  const said = words(text);
  const wanted = options.map((option) => words(withoutLetter(option)));
  const equal = wanted.flatMap((option, index) => (option !== "" && option === said ? [index] : []));
  if (equal.length === 1) return letterOf(equal[0]!);
  const inside = wanted.flatMap((option, index) =>
    option !== "" && ` ${said} `.includes(` ${option} `) ? [index] : [],
  );
  // "red ball" stands inside "dark red ball" too: the longest counts when it holds the others.
  const longest = inside.filter((index) => inside.every((other) => wanted[index]!.includes(wanted[other]!)));
  return longest.length === 1 ? letterOf(longest[0]!) : null;
}

/** Several letters: `A, C`, `A and C`, `ACD`, `(B),(C)`. Sorted, without repeats. */
export function readLetters(span: string, options: readonly string[]): Reading<readonly string[]> {
  const letters = options.map((_, index) => letterOf(index));
  const text = strip(plain(span));
  const known = (list: readonly string[]): string[] =>
    [...new Set(list)].filter((letter) => letters.length === 0 || letters.includes(letter)).sort();
  if (/^[A-Z]+$/.test(text)) {
    const joined = known([...text]);
    return joined.length === text.length ? read(joined, "letters in one word") : unread("letters that are no options");
  }
  const found = known(lettersIn(text, letters));
  return found.length > 0 ? read(found, "the letters named") : unread("no option is named");
}
