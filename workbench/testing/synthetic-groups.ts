/** Groups and rollouts of one synthetic RL step: per prompt an ordered and a shuffled group with their token blocks. */
import type { RandomStream } from "../../science/rng.ts";
import type { Gate } from "../../contract/journal.ts";
import type { JournalWriter } from "./journal-writer.ts";
import { CLIP_FRAMES, CLIP_SIZE, FRAMES_PER_SECOND, type SyntheticClip } from "./synthetic-clips.ts";

const LETTERS = ["A", "B", "C", "D"];
const DIRECTIONS = ["left", "right", "up", "down"];
const ORDERED_ROLLOUTS = 8;
const SHUFFLED_ROLLOUTS = 4;
const TEMPORAL_BONUS = 0.3;
const THRESHOLD = 0.8;

interface Place {
  readonly step: number;
  /** 0 at the stage's start, 1 at its end. */
  readonly progress: number;
  readonly time: number;
}

interface Draft {
  readonly letter: string;
  readonly text: string;
  readonly pieces: readonly string[];
  readonly correct: boolean;
  readonly formatted: boolean;
}

function draft(answer: number, chance: number, random: RandomStream, colour: string): Draft {
  const correct = random.uniform() < chance;
  const letter = correct ? answer : (answer + 1 + random.integer(3)) % 4;
  const formatted = random.uniform() < 0.96;
  const doubt = random.uniform() < 0.2 ? " wait , look again at the last frames ." : "";
  const thought = `the ${colour} square starts on one side .${doubt} it moves ${DIRECTIONS[letter]} .`;
  const text = formatted
    ? `<think> ${thought} </think> <answer> ${LETTERS[letter]} </answer>`
    : `${thought} ${LETTERS[letter]}`;
  return { letter: LETTERS[letter]!, text, pieces: text.match(/\s*\S+/g) ?? [], correct, formatted };
}

function moments(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, std: Math.sqrt(variance) };
}

/** Appends the step's groups and rollouts to the journal; the caller flushes. */
export function writeSyntheticGroups(
  journal: JournalWriter,
  place: Place,
  clips: readonly SyntheticClip[],
  prompts: number,
  random: RandomStream,
): void {
  for (let prompt = 0; prompt < prompts; prompt++) {
    const clip = clips[random.integer(clips.length)]!;
    const order = random.permutation(4);
    const answer = order.indexOf(DIRECTIONS.indexOf(clip.direction));
    const orderedDrafts = Array.from({ length: ORDERED_ROLLOUTS }, () =>
      draft(answer, 0.45 + 0.35 * place.progress, random, clip.colour),
    );
    const shuffledDrafts = Array.from({ length: SHUFFLED_ROLLOUTS }, () => draft(answer, 0.35, random, clip.colour));
    const p = moments(orderedDrafts.map((one) => Number(one.correct))).mean;
    const pShuffled = moments(shuffledDrafts.map((one) => Number(one.correct))).mean;
    const passed = p >= THRESHOLD * pShuffled;
    const eligible = passed ? orderedDrafts.flatMap((one, index) => (one.correct ? [index] : [])) : [];
    const gate: Gate = {
      p,
      pShuffled,
      mu: THRESHOLD,
      rule: "mean",
      passed,
      eligible,
      alpha: TEMPORAL_BONUS,
      apply: "reward",
    };
    const words = order.map((direction, index) => `${LETTERS[index]}. ${DIRECTIONS[direction]}`);
    const shared = { clip, options: words, answer: LETTERS[answer]!, prompt };
    writeGroup(journal, place, { ...shared, view: "ordered", drafts: orderedDrafts, gate, permutation: null }, random);
    const permutation = random.permutation(CLIP_FRAMES);
    writeGroup(
      journal,
      place,
      { ...shared, view: "shuffled", drafts: shuffledDrafts, gate: null, permutation },
      random,
    );
  }
}

interface GroupDraft {
  readonly clip: SyntheticClip;
  readonly options: readonly string[];
  readonly answer: string;
  readonly prompt: number;
  readonly view: "ordered" | "shuffled";
  readonly drafts: readonly Draft[];
  readonly gate: Gate | null;
  readonly permutation: number[] | null;
}

function writeGroup(journal: JournalWriter, place: Place, group: GroupDraft, random: RandomStream): void {
  const { clip, gate } = group;
  const parts = group.drafts.map((one, index) => ({
    accuracy: Number(one.correct),
    format: Number(one.formatted),
    ...(gate ? { temporal: gate.eligible.includes(index) ? gate.alpha : 0 } : {}),
  }));
  const rewards = parts.map((part) => Object.values(part).reduce((sum, value) => sum + value, 0));
  const { mean, std } = moments(rewards);
  const pair = `${place.step}-${group.prompt}`;
  const name = `${pair}-${group.view}`;
  const question = "Which way does the square move?";
  const frames = group.permutation ? group.permutation.map((source) => clip.frames[source]!) : clip.frames;
  journal.write(
    {
      type: "group",
      step: place.step,
      stage: "rl",
      group: name,
      pair,
      view: group.view,
      sampleId: clip.id,
      task: "direction",
      problemType: "multiple choice",
      question,
      options: [...group.options],
      answer: group.answer,
      promptText: `${question} ${group.options.join(" ")}`,
      promptHash: "synthetic",
      promptTokens: 96,
      media: {
        kind: "video",
        path: clip.path,
        contentHash: clip.contentHash,
        width: CLIP_SIZE,
        height: CLIP_SIZE,
        secondsPerGrid: 2 / FRAMES_PER_SECOND,
        frames: [...frames],
        permutation: group.permutation,
        tokenSpans: frames.map((_, row) => [4 + Math.floor(row / 2) * 16, 4 + (Math.floor(row / 2) + 1) * 16]),
      },
      rewardMean: mean,
      rewardStd: std,
      dead: std === 0,
      gate,
      trained: group.view === "ordered",
    },
    place.time,
  );
  group.drafts.forEach((one, index) => {
    const advantage = group.view === "ordered" ? (rewards[index]! - mean) / (std + 1e-4) : null;
    const count = one.pieces.length;
    const logProb = Array.from({ length: count }, () => -Math.abs(random.normal()) * 0.6);
    const tokens = journal.tokens({
      ids: Array.from({ length: count }, (_, position) => 300 + position),
      channels: {
        logProb,
        referenceLogProb: logProb.map((value) => Math.min(0, value + 0.08 * random.normal())),
        entropy: logProb.map((value) => Math.min(2.5, -value * 0.9 + 0.1 * random.uniform())),
        advantage: new Array<number>(count).fill(advantage ?? 0),
        weight: new Array<number>(count).fill(1),
      },
    });
    journal.write(
      {
        type: "rollout",
        step: place.step,
        group: name,
        index,
        text: one.text,
        stopReason: "stop",
        prediction: one.formatted ? one.letter : "",
        correct: one.correct,
        rewards: parts[index]!,
        reward: rewards[index]!,
        advantage,
        tokens,
      },
      place.time,
    );
  });
}
