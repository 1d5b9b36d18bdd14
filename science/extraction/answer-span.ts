/**
 * Where in a completion the answer stands, by the careful rule: tags first, then `\boxed{}`, then a phrase that announces
 * an answer, then everything after the reasoning. Linear in the text: a model under training writes anything.
 */
import { strip } from "../answers.ts";

export interface AnswerSpan {
  readonly text: string;
  /** How it was found. */
  readonly found: "tags" | "open tag" | "boxed" | "announced" | "whole text";
}

const [OPEN, CLOSE] = ["<answer>", "</answer>"];
/** A phrase that announces an answer, in the languages in which models were seen to answer. */
const ANNOUNCED =
  /(?:final answer|correct answer|the answer|my answer|answer|correct option|réponse|respuesta|antwort|ответ|答案|答え|答)\s*(?:is|are|est|es|ist|は|为|為|是)?\s*[:：=]?\s*/giu;

/** The stretch of a completion that holds the answer. */
export function answerSpan(completion: string): AnswerSpan {
  const open = completion.indexOf(OPEN);
  if (open !== -1) {
    const close = completion.indexOf(CLOSE, open);
    if (close !== -1) {
      // Of nested tags the innermost: text before it is the model quoting the format.
      const inner = completion.lastIndexOf(OPEN, close);
      return { text: strip(completion.slice(inner + OPEN.length, close)), found: "tags" };
    }
    return { text: strip(completion.slice(completion.lastIndexOf(OPEN) + OPEN.length)), found: "open tag" };
  }
  const thought = completion.lastIndexOf("</think>");
  const rest = strip(thought === -1 ? completion : completion.slice(thought + "</think>".length));
  const boxed = boxedText(rest);
  if (boxed !== null) return { text: strip(boxed), found: "boxed" };
  const announced = lastAnnounced(rest);
  if (announced !== null) return { text: announced, found: "announced" };
  return { text: rest, found: "whole text" };
}

/** Content of the last `\boxed{…}`, braces balanced; null when there is none. */
function boxedText(text: string): string | null {
  const at = text.lastIndexOf("\\boxed{");
  if (at === -1) return null;
  const start = at + "\\boxed{".length;
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return text.slice(start, i);
  }
  return null;
}

/** What follows the last announcement, to the end of its sentence or line. */
function lastAnnounced(text: string): string | null {
  let end = -1;
  for (const match of text.matchAll(ANNOUNCED)) end = match.index + match[0].length;
  if (end === -1) return null;
  const rest = text.slice(end);
  const stop = /[\n。]|[.!?](?=\s|$)/u.exec(rest);
  const said = strip(stop === null ? rest : rest.slice(0, stop.index));
  return said === "" ? null : said;
}
