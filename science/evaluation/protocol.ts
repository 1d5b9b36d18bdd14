/**
 * Evaluation protocols: named presets, and what differs between two. A score without its protocol cannot be reproduced
 * (the most frequent report about Video-R1), so every score carries all of it.
 */
import type { AnswerJudgeSource, Protocol } from "../../contract/evaluation.ts";
import { ANSWER_JUDGE_PROMPT, RULE_ANSWER_JUDGE } from "../judge/answer-judge.ts";
import { promptHash, PROMPT_TEMPLATES, type PromptTemplate, SECONDLOOK_TEMPLATE } from "../prompts.ts";
import { TINY_TEMPLATE } from "../prompts.ts";
import type { Settings } from "../settings.ts";

const TOKEN_PIXELS = 28 * 28;

/** Items are shuffled and chosen alike in every measurement, so that measurements can be paired. */
export const PROTOCOL_SEED = 0;

function protocol(preset: string, prompt: PromptTemplate, changes: Partial<Protocol>): Protocol {
  return {
    preset,
    vision: {
      minPixels: 128 * TOKEN_PIXELS,
      maxPixels: 256 * TOKEN_PIXELS,
      totalPixels: 90_316_800,
      fps: 2,
      minFrames: 4,
      maxFrames: 16,
      secondsPerGrid: 0,
    },
    positionRule: "vllm",
    prompt: { ...prompt, suffixes: { ...prompt.suffixes } },
    promptHash: promptHash(prompt),
    subtitles: false,
    temperature: 0.01,
    topP: 0.001,
    maxTokens: 1024,
    seed: PROTOCOL_SEED,
    views: ["ordered"],
    extraction: "video-r1",
    ...changes,
  };
}

function paper(frames: number): Protocol {
  const base = protocol(`paper-${frames}`, SECONDLOOK_TEMPLATE, {});
  return { ...base, vision: { ...base.vision, maxFrames: frames } };
}

export interface ProtocolPreset {
  readonly protocol: Protocol;
  /** Where its values come from, and in what it cannot equal its source. */
  readonly about: string;
}

const OWN_WORDING = "The prompt's wording is ours; give the authors' own with --prompt to score their weights.";

export const PROTOCOL_PRESETS: Readonly<Record<string, ProtocolPreset>> = {
  "paper-16": {
    protocol: paper(16),
    about: `Video-R1, arXiv 2503.21776 v4: 16 frames of at most 256 x 28 x 28 pixels, temperature 0.01, top-p 0.001, 1024 tokens. ${OWN_WORDING}`,
  },
  "paper-32": { protocol: paper(32), about: `As paper-16 with 32 frames. ${OWN_WORDING}` },
  "paper-64": { protocol: paper(64), about: `As paper-16 with 64 frames. ${OWN_WORDING}` },
  "upstream-scripts": {
    protocol: { ...paper(32), preset: "upstream-scripts", temperature: 0.1 },
    about: `The authors' evaluation scripts, which sample at temperature 0.1 where their paper says 0.01. ${OWN_WORDING}`,
  },
  "sample-pack": {
    protocol: protocol("sample-pack", TINY_TEMPLATE, {
      vision: {
        minPixels: 84 * 84,
        maxPixels: 84 * 84,
        totalPixels: 90_316_800,
        fps: 2,
        minFrames: 4,
        maxFrames: 8,
        secondsPerGrid: 1,
      },
      temperature: 0,
      topP: 1,
      maxTokens: 48,
      views: ["ordered", "shuffled"],
    }),
    about: "What the small preset trains and measures with: 8 frames of 84 x 84 pixels, greedy, at most 48 tokens.",
  },
};

/** The protocol by which a run measures itself. */
export function protocolOfRun(settings: Settings): Protocol {
  const { vision, evaluation, prompt } = settings;
  return protocol("as-trained", prompt, {
    vision: { ...vision },
    temperature: evaluation.temperature,
    topP: 1,
    maxTokens: evaluation.maxTokens,
    views: ["ordered", "shuffled", "question-only"],
  });
}

/** A template read from a file, or one of ours by name. @throws RangeError when there is none of that name. */
export function templateByName(name: string): PromptTemplate {
  const template = PROMPT_TEMPLATES[name];
  if (template === undefined) {
    throw new RangeError(
      `There is no prompt template "${name}"; known are ${Object.keys(PROMPT_TEMPLATES).join(", ")}.`,
    );
  }
  return template;
}

/** The protocol with some values changed; its name then ends in `*`. */
export function changed(base: Protocol, changes: Partial<Protocol>): Protocol {
  const merged: Protocol = { ...base, ...changes };
  const withHash = { ...merged, promptHash: promptHash(merged.prompt as PromptTemplate) };
  return protocolDifferences(base, withHash).length === 0 || base.preset.endsWith("*")
    ? withHash
    : { ...withHash, preset: `${base.preset}*` };
}

export interface ProtocolDifference {
  /** For people: `frames at most`. */
  readonly name: string;
  readonly left: string;
  readonly right: string;
  /** Why it matters for a comparison. */
  readonly effect: string;
}

const FIELDS: readonly (readonly [name: string, read: (protocol: Protocol) => string, effect: string])[] = [
  ["frames at most", ({ vision }) => String(vision.maxFrames), "more frames show more of the clip"],
  ["frames at least", ({ vision }) => String(vision.minFrames), "short clips get more or fewer frames"],
  ["frames a second", ({ vision }) => String(vision.fps), "other moments are seen"],
  ["pixels a frame", ({ vision }) => `${vision.minPixels} to ${vision.maxPixels}`, "finer or coarser pictures"],
  ["pixels a clip", ({ vision }) => String(vision.totalPixels), "long clips get smaller frames"],
  [
    "seconds per grid",
    ({ vision }) => (vision.secondsPerGrid === 0 ? "true value" : `${vision.secondsPerGrid} s`),
    "the model is told another pace",
  ],
  ["position rule", ({ positionRule }) => positionRule, "text after the video stands elsewhere in time"],
  ["prompt", ({ prompt, promptHash: hash }) => `${prompt.name} (${hash})`, "another wording"],
  ["subtitles", ({ subtitles }) => (subtitles ? "with" : "without"), "what is said can be read"],
  ["temperature", ({ temperature }) => (temperature === 0 ? "greedy" : String(temperature)), "answers vary by chance"],
  ["top-p", ({ temperature, topP }) => (temperature === 0 ? "–" : String(topP)), "answers vary by chance"],
  ["tokens at most", ({ maxTokens }) => String(maxTokens), "long reasoning is cut off"],
  ["seed", ({ seed }) => String(seed), "other shuffles, other samples"],
  ["extraction", ({ extraction }) => extraction, "the same text can be read as another answer"],
  [
    "judge of free answers",
    ({ judge }) =>
      judge === undefined ? RULE_ANSWER_JUDGE.name : `${nameOfJudge(judge)}, prompt ${ANSWER_JUDGE_PROMPT.version}`,
    "the same answer can be right for one judge and wrong for another",
  ],
  ["views", ({ views }) => views.join(", "), "the scores of the shared views can be compared"],
];

const nameOfJudge = (judge: AnswerJudgeSource): string =>
  judge.kind === "checkpoint" ? judge.folder : `${judge.model} at ${judge.address}`;

/** What differs between two protocols, in words; empty when scores may be compared as they stand. */
export function protocolDifferences(left: Protocol, right: Protocol): ProtocolDifference[] {
  return FIELDS.flatMap(([name, read, effect]) => {
    const [a, b] = [read(left), read(right)];
    return a === b ? [] : [{ name, left: a, right: b, effect }];
  });
}

/** All of a protocol as name and value, for screens and tables. */
export function protocolFacts(protocolGiven: Protocol): readonly (readonly [name: string, value: string])[] {
  return FIELDS.map(([name, read]) => [name, read(protocolGiven)] as const);
}
