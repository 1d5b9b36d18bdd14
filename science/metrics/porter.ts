/**
 * Porter's stemmer with the extensions that NLTK switches on by default (short words, a table of irregular forms,
 * `-ied`/`-ies` by length, `-logi`, `-alli`, `-fulli` …): rouge_score stems with it. Reference vectors: metrics/porter.json.
 */

const IRREGULAR: Readonly<Record<string, string>> = {
  sky: "sky", skies: "sky", dying: "die", lying: "lie", tying: "tie", news: "news",
  innings: "inning", inning: "inning", outings: "outing", outing: "outing", cannings: "canning", canning: "canning",
  howe: "howe", proceed: "proceed", exceed: "exceed", succeed: "succeed",
}; // prettier-ignore

type Condition = (stem: string) => boolean;
type Rule = readonly [suffix: string, replacement: string, condition?: Condition];

function isConsonant(word: string, index: number): boolean {
  const letter = word[index]!;
  if ("aeiou".includes(letter)) return false;
  if (letter !== "y") return true;
  return index === 0 || !isConsonant(word, index - 1);
}

/** Number of vowel-consonant sequences: Porter's m. */
function measure(stem: string): number {
  let count = 0;
  for (let i = 1; i < stem.length; i++) if (isConsonant(stem, i) && !isConsonant(stem, i - 1)) count++;
  return count;
}

const positive: Condition = (stem) => measure(stem) > 0;
const aboveOne: Condition = (stem) => measure(stem) > 1;
const hasVowel: Condition = (stem) => [...stem].some((_, index) => !isConsonant(stem, index));

function endsDouble(word: string): boolean {
  const last = word.length - 1;
  return last >= 1 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Consonant-vowel-consonant at the end, the last not w, x or y; or a two-letter vowel-consonant word. */
function endsShort(word: string): boolean {
  const n = word.length;
  if (n === 2) return !isConsonant(word, 0) && isConsonant(word, 1);
  return (
    n >= 3 &&
    isConsonant(word, n - 3) &&
    !isConsonant(word, n - 2) &&
    isConsonant(word, n - 1) &&
    !"wxy".includes(word[n - 1]!)
  );
}

/** The first rule whose suffix fits decides; if its condition fails nothing changes. */
function apply(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return condition === undefined || condition(stem) ? stem + replacement : word;
  }
  return word;
}

function plurals(word: string): string {
  if (word.endsWith("ies") && word.length === 4) return word.slice(0, -1);
  return apply(word, [["sses", "ss"], ["ies", "i"], ["ss", "ss"], ["s", ""]]); // prettier-ignore
}

function pastAndProgressive(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return positive(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find((ending) => word.endsWith(ending) && hasVowel(word.slice(0, -ending.length)));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return "lsz".includes(stem.at(-1)!) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function finalY(word: string): string {
  return apply(word, [["y", "i", (stem) => stem.length > 1 && isConsonant(stem, stem.length - 1)]]);
}

const STEP_2: readonly Rule[] = [
  ["ational", "ate", positive], ["tional", "tion", positive], ["enci", "ence", positive], ["anci", "ance", positive],
  ["izer", "ize", positive], ["bli", "ble", positive], ["alli", "al", positive], ["entli", "ent", positive],
  ["eli", "e", positive], ["ousli", "ous", positive], ["ization", "ize", positive], ["ation", "ate", positive],
  ["ator", "ate", positive], ["alism", "al", positive], ["iveness", "ive", positive], ["fulness", "ful", positive],
  ["ousness", "ous", positive], ["aliti", "al", positive], ["iviti", "ive", positive], ["biliti", "ble", positive],
  ["fulli", "ful", positive], ["logi", "log", (stem) => positive(`${stem}l`)],
]; // prettier-ignore

function doubleSuffixes(word: string): string {
  if (word.endsWith("alli") && positive(word.slice(0, -4))) return doubleSuffixes(`${word.slice(0, -4)}al`);
  return apply(word, STEP_2);
}

const STEP_3: readonly Rule[] = [
  ["icate", "ic", positive], ["ative", "", positive], ["alize", "al", positive], ["iciti", "ic", positive],
  ["ical", "ic", positive], ["ful", "", positive], ["ness", "", positive],
]; // prettier-ignore

const STEP_4: readonly Rule[] = [
  ["al", "", aboveOne], ["ance", "", aboveOne], ["ence", "", aboveOne], ["er", "", aboveOne], ["ic", "", aboveOne],
  ["able", "", aboveOne], ["ible", "", aboveOne], ["ant", "", aboveOne], ["ement", "", aboveOne], ["ment", "", aboveOne],
  ["ent", "", aboveOne], ["ion", "", (stem) => aboveOne(stem) && /[st]$/.test(stem)], ["ou", "", aboveOne],
  ["ism", "", aboveOne], ["ate", "", aboveOne], ["iti", "", aboveOne], ["ous", "", aboveOne], ["ive", "", aboveOne],
  ["ize", "", aboveOne],
]; // prettier-ignore

function finalE(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  return aboveOne(stem) || (measure(stem) === 1 && !endsShort(stem)) ? stem : word;
}

function finalDoubleL(word: string): string {
  return word.endsWith("ll") && aboveOne(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

/** The stem of a lower-case word; words of one or two letters stay. */
export function porterStem(word: string): string {
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  const early = doubleSuffixes(finalY(pastAndProgressive(plurals(word))));
  return finalDoubleL(finalE(apply(apply(early, STEP_3), STEP_4)));
}
