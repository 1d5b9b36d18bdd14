import { Tokenizer } from "@huggingface/tokenizers";
import { Template } from "@huggingface/jinja";
import { describe, expect, it } from "vitest";
import { chatMessages, TINY_TEMPLATE } from "../../science/prompts.ts";
import { PROBLEM_TYPES, readRow } from "../../science/records.ts";
import { accuracyReward, answerScore } from "../../science/rewards/accuracy.ts";
import { combinationKey, showsSeenPairsOnly } from "./clip.ts";
import { pretrainingFrames, pretrainingRow, sharesAt } from "./pretraining.ts";
import { questionsOf, solutionOf } from "./questions.ts";
import { randomFrom } from "./random.ts";
import { renderClip, SAMPLED_FRAMES } from "./render.ts";
import { optionLines } from "./segments.ts";
import { clipOf, SPLITS, splitOf } from "./splits.ts";
import { TASKS } from "./tasks.ts";
import { CHAT_TEMPLATE, tokenizerFiles } from "./tokenizer.ts";
import { traceOf } from "./traces.ts";
import { buildVocabulary } from "./vocabulary.ts";

const vocabulary = buildVocabulary();
const files = tokenizerFiles(vocabulary);
const tokenizer = new Tokenizer(JSON.parse(files["tokenizer.json"]!), JSON.parse(files["tokenizer_config.json"]!));
const clips = SPLITS.flatMap((split) =>
  Array.from({ length: 60 }, (_, index) => ({ split, clip: clipOf(1, split, index) })),
);

describe("the sample pack", () => {
  it("shares no seed and no combination between splits", () => {
    const owners = new Map<string, string>();
    for (const { split, clip } of clips) {
      expect(splitOf(clip)).toBe(split);
      expect(owners.get(combinationKey(clip)) ?? split).toBe(split);
      owners.set(combinationKey(clip), split);
      expect(showsSeenPairsOnly(clip)).toBe(true);
    }
    expect(new Set(clips.map(({ clip }) => clip.seed)).size).toBe(clips.length);
    expect(showsSeenPairsOnly(clipOf(1, "heldout", 5, true))).toBe(false);
  });

  it("asks with one right option among different ones, on letters that say nothing", () => {
    const letters: Record<string, number> = {};
    const types = new Set<string>();
    const media = new Set<string>();
    for (const { clip } of clips) {
      for (const question of questionsOf(randomFrom("test", clip.seed), clip)) {
        const { problemType } = TASKS[question.task];
        expect(PROBLEM_TYPES).toContain(problemType);
        if (problemType === "numerical") expect(question.answer).toMatch(/^[0-4]$/);
        else if (problemType === "regression") expect(question.answer).toMatch(/^[1-8]$/);
        else if (problemType === "OCR") expect(question.answer).toMatch(/^[A-Z]( [A-Z]){2,3}$/);
        else if (problemType === "free-form") expect(question.answer).toMatch(/^the( [a-z]+){3,12}$/);
        else {
          expect(question.options).toContain(question.answer);
          expect(new Set(question.options).size).toBe(4);
          letters[solutionOf(question)] = (letters[solutionOf(question)] ?? 0) + 1;
        }
        expect(question.hasty).not.toContain(question.answer);
        for (const hasty of question.hasty) {
          expect(
            answerScore(problemType, hasty, problemType === "multiple choice" ? "" : question.answer),
          ).toBeLessThan(1);
        }
        expect(
          accuracyReward(
            problemType,
            `<answer>${solutionOf(question)}</answer>`,
            `<answer>${solutionOf(question)}</answer>`,
          ),
        ).toBeCloseTo(1, 6);
        types.add(problemType);
        media.add(clip.medium);
      }
    }
    expect([...types].sort()).toEqual([...PROBLEM_TYPES].sort());
    expect([...media].sort()).toEqual(["image", "video"]);
    const counts = Object.values(letters);
    expect(counts).toHaveLength(4);
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.5);
  });

  it("lets a wrong trace end in a wrong answer and a corrected one in the right answer", () => {
    const clip = clipOf(1, "train", 0);
    for (const question of questionsOf(randomFrom("test"), clip)) {
      const right = `<answer>${solutionOf(question)}</answer>`;
      expect(traceOf(randomFrom(1), question, "plain").solution).toBe(right);
      expect(traceOf(randomFrom(1), question, "corrected").solution).toBe(right);
      expect(traceOf(randomFrom(1), question, "corrected").process).toContain("Wait, no.");
      expect(traceOf(randomFrom(1), question, "wrong").solution).not.toBe(right);
    }
  });
});

describe("the small vocabulary", () => {
  it("makes every word of questions, traces and pretraining rows one token", () => {
    const texts = Array.from({ length: 200 }, (_, index) => pretrainingRow(3, index, sharesAt(index / 200))).flatMap(
      (row) => [row.prefix, ...row.branches.map((branch) => branch.map(({ text }) => text).join(""))],
    );
    for (const { clip } of clips) {
      const random = randomFrom("test", clip.seed);
      for (const question of questionsOf(random, clip)) {
        const { process, solution } = traceOf(random, question, "corrected");
        texts.push(`${question.text}${optionLines(question.options)}<|im_end|>`, `${process}\n${solution}`);
      }
    }
    const words = new Set(texts.flatMap((text) => text.replace(/<[^>]*>/g, "\n").match(/ ?[A-Za-z]+/g) ?? []));
    for (const word of words) expect(tokenizer.encode(word).ids, JSON.stringify(word)).toHaveLength(1);
    for (const text of texts)
      expect(tokenizer.decode(tokenizer.encode(text).ids, { skip_special_tokens: false })).toBe(text);
  });

  it("writes prompts as the chat template and the tiny prompt do", () => {
    const clip = clipOf(1, "train", 1);
    const question = questionsOf(randomFrom("test"), clip)[0]!;
    const options = question.options.map((word, index) => `${"ABCD"[index]}. ${word}`);
    const sample = readRow(
      {
        problem_id: 1,
        problem: question.text,
        data_type: "video",
        problem_type: "multiple choice",
        options,
        solution: "<answer>A</answer>",
        path: "./a.mp4",
      },
      "test",
      1,
    );
    if (sample.kind !== "sample") throw new Error("the row is not a sample");
    const rendered = new Template(CHAT_TEMPLATE).render({
      messages: chatMessages(sample.sample, TINY_TEMPLATE),
      add_generation_prompt: true,
    });
    expect(rendered).toBe(
      "<|im_start|>user\n<|vision_start|><|video_pad|><|vision_end|>" +
        `${question.text}${optionLines(question.options)}<|im_end|>\n<|im_start|>assistant\n`,
    );
  });
});

describe("clips and pretraining rows", () => {
  it("repeat from their seeds, and show 32 frames of which the usual sampling takes 8", () => {
    const clip = clipOf(1, "validation", 3);
    expect(renderClip(clip).count).toBe(32);
    expect(renderClip(clip, SAMPLED_FRAMES).data).toEqual(renderClip(clipOf(1, "validation", 3), SAMPLED_FRAMES).data);
    expect(pretrainingRow(1, 7, sharesAt(1))).toEqual(pretrainingRow(1, 7, sharesAt(1)));
    const row = Array.from({ length: 20 }, (_, index) => pretrainingRow(1, index, sharesAt(1))).find(
      ({ clip: shown }) => shown !== null,
    )!;
    expect(pretrainingFrames(row)!.data).toEqual(pretrainingFrames(row)!.data);
    expect(splitOf(row.clip!)).toBe("pretrain");
  });

  it("change only between seconds: both frames of a second are alike where nothing flashes", () => {
    const clip = clipOf(1, "train", 2, false, "recolor");
    const { data, height, width } = renderClip(clip, SAMPLED_FRAMES);
    const frame = (index: number): Uint8Array =>
      data.subarray(index * height * width * 3, (index + 1) * height * width * 3);
    for (let second = 0; second < 4; second += 1) expect(frame(2 * second)).toEqual(frame(2 * second + 1));
  });
});
