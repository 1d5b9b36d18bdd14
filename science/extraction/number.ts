/** The number that a text gives, by the careful rule: units, percent, fractions, separators, words. Several: none. */
import { strip } from "../answers.ts";
import { read, unread, type Reading } from "./reading.ts";

const SMALL = [
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
  "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]; // prettier-ignore
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const CHINESE: Readonly<Record<string, number>> = {
  零: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9, 十: 10,
}; // prettier-ignore
const HALVES: Readonly<Record<string, string>> = { "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3" };

const NUMERAL = String.raw`\d+(?:[.,]\d+)*`;
const FRACTION = new RegExp(String.raw`(-?)(?:(\d+)\s+)?(\d+)\s*/\s*(\d+)`, "g");
const NUMBER = new RegExp(String.raw`-?(?:${NUMERAL}|\.\d+)(?:e[+-]?\d+)?`, "gi");

export function readNumber(span: string): Reading<number> {
  const text = plain(span);
  if (text === "") return unread("there is no text");
  // Of a calculation its result counts.
  const result = text.includes("=") ? strip(text.slice(text.lastIndexOf("=") + 1)) : text;
  const found = numbersIn(result);
  const distinct = [...new Set(found.map(({ value }) => value))];
  if (distinct.length === 1) return read(distinct[0]!, found[0]!.how);
  if (distinct.length > 1) return unread(`it names ${distinct.join(" and ")}`);
  const spelled = spelledNumber(result);
  return spelled === null ? unread("no number is named") : read(spelled, "a number in words");
}

function plain(span: string): string {
  let text = span;
  for (const [sign, fraction] of Object.entries(HALVES)) text = text.replaceAll(sign, ` ${fraction} `);
  text = text
    .normalize("NFKC")
    .replace(/[−–—](?=\d)/g, (sign, at: number, whole: string) =>
      at > 0 && /[\d\s]/.test(whole[at - 1]!) && /\d\s*$/.test(whole.slice(0, at)) ? " to " : sign === "−" ? "-" : " ",
    )
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/(?<=\d)-(?=\d)/g, " to ")
    .replace(/(?<=\d)[\u00a0\u202f ](?=\d{3}(?!\d))/g, "")
    .replace(/[*_`$€£]/g, "")
    .replace(/(?<=\d)(?:st|nd|rd|th)\b/gi, "");
  return strip(text);
}

interface Found {
  readonly value: number;
  readonly how: string;
}

function numbersIn(text: string): Found[] {
  const found: Found[] = [];
  const rest = text.replace(
    FRACTION,
    (whole, sign: string, leading: string | undefined, over: string, under: string) => {
      if (Number(under) === 0) return whole;
      const value = Number(leading ?? 0) + Number(over) / Number(under);
      found.push({ value: sign === "-" ? -value : value, how: "a fraction" });
      return " ";
    },
  );
  for (const match of rest.matchAll(NUMBER)) {
    const before = rest[match.index - 1];
    // Digits inside a word, such as "mp4" or "H2O", are part of a name.
    if (before !== undefined && /[\p{L}_]/u.test(before)) continue;
    const value = numeralValue(match[0]);
    if (value !== null) found.push({ value, how: howOf(match[0], rest.slice(match.index + match[0].length)) });
  }
  return found;
}

function howOf(numeral: string, after: string): string {
  if (/^\s*%|^\s*percent/i.test(after)) return "a number in percent, taken as it is written";
  if (numeral.includes(",")) return "a number with separators";
  return /^\s*[\p{L}°]/u.test(after) ? "a number with a unit" : "a number";
}

/** `1,000` and `1.000.000` are thousands, `3,5` has a decimal comma, `3.14` a decimal point. */
function numeralValue(numeral: string): number | null {
  const commas = numeral.split(",").length - 1;
  const points = numeral.split(".").length - 1;
  let text = numeral;
  if (commas > 0 && points > 0) {
    const decimal = numeral.lastIndexOf(",") > numeral.lastIndexOf(".") ? "," : ".";
    text = numeral.replaceAll(decimal === "," ? "." : ",", "").replace(decimal, ".");
  } else if (commas > 0) {
    text = /^-?\d{1,3}(?:,\d{3})+$/.test(numeral)
      ? numeral.replaceAll(",", "")
      : commas === 1
        ? numeral.replace(",", ".")
        : "";
  } else if (points > 1) {
    text = /^-?\d{1,3}(?:\.\d{3})+$/.test(numeral) ? numeral.replaceAll(".", "") : "";
  }
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** `three`, `twenty-one`, `two and a half`; null for anything else or for several. */
function spelledNumber(text: string): number | null {
  const tokens = text.toLowerCase().match(/[\p{L}]+/gu) ?? [];
  const found: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const small = SMALL.indexOf(tokens[i]!);
    const tens = TENS.indexOf(tokens[i]!);
    const next = SMALL.indexOf(tokens[i + 1] ?? "");
    if (tens >= 0 && next > 0 && next < 10) found.push(20 + 10 * tens + SMALL.indexOf(tokens[++i]!));
    else if (tens >= 0) found.push(20 + 10 * tens);
    else if (small >= 0) found.push(small);
    else if (tokens[i] === "half" && tokens[i - 1] === "a" && found.length > 0) found[found.length - 1]! += 0.5;
    else if (tokens[i]!.length === 1 && CHINESE[tokens[i]!] !== undefined) found.push(CHINESE[tokens[i]!]!);
    else {
      const chinese = [...tokens[i]!].filter((sign) => CHINESE[sign] !== undefined);
      if (chinese.length === 1) found.push(CHINESE[chinese[0]!]!);
    }
  }
  return found.length === 1 ? found[0]! : null;
}
