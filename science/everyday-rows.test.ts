import { describe, expect, it } from "vitest";
import { readRow, type Sample } from "./records.ts";

const read = (value: unknown, mediaRoot?: string): Partial<Sample> | string => {
  const result = readRow(value, "rows.json", 3, { mediaRoot });
  return result.kind === "sample" ? result.sample : `${result.problem.field}: ${result.problem.reason}`;
};

describe("rows that are not in Video-R1's format", () => {
  it("takes video, question and answer, and says by the answer what kind it is", () => {
    const row = { video: "films/a b.mp4", question: "What is it?", answer: "a ball", scene: 4 };
    expect(read(row)).toEqual({
      id: "row-3",
      question: "What is it?",
      dataType: "video",
      problemType: "free-form",
      options: [],
      solution: "<answer>a ball</answer>",
      answer: "a ball",
      path: "films/a b.mp4",
      task: "",
      extra: { scene: 4 },
    });
    expect(read({ ...row, answer: 3 })).toMatchObject({ problemType: "numerical", answer: "3" });
    expect(read({ ...row, answer: "1,200" })).toMatchObject({ problemType: "numerical", answer: "1,200" });
    expect(read({ image: "a.png", question: "What?", answer: "x" })).toMatchObject({ dataType: "image" });
    expect(read({ path: "a.JPG", question: "What?", answer: "x" })).toMatchObject({ dataType: "image" });
  });

  it.each([
    ["left", "A"],
    ["B", "B"],
    ["(C)", "C"],
    ["C. up", "C"],
    ["Right", "B"],
  ])("finds the option that %j means", (answer, letter) => {
    const row = { video: "a.mp4", question: "Where?", answer };
    for (const options of [
      ["left", "right", "up"],
      ["A. left", "B) right", "(C) up"],
      { A: "left", B: "right", C: "up" },
    ]) {
      expect(read({ ...row, options })).toMatchObject({
        problemType: "multiple choice",
        options: ["A. left", "B. right", "C. up"],
        answer: letter,
      });
    }
    expect(read({ ...row, question: "Where?\nOptions:\nA. left\nB. right\nC. up" })).toMatchObject({
      question: "Where?",
      options: ["A. left", "B. right", "C. up"],
      answer: letter,
    });
  });

  it("does not guess which option a number or another text means", () => {
    const row = { video: "a.mp4", question: "Where?", options: ["left", "right"] };
    expect(read({ ...row, answer: 1 })).toMatch(/^answer: the answer "1" is no letter of the 2 options/);
    expect(read({ ...row, answer: "D" })).toMatch(/^answer: .*"D"/);
    expect(read({ ...row, options: ["2", "1"], answer: 1 })).toMatchObject({ answer: "B" });
  });

  it("takes conversations of one question, as LLaVA and as chat services write them", () => {
    const llava = {
      id: "v7",
      video: "a.mp4",
      conversations: [
        { from: "human", value: "<video>\nWhat moves?" },
        { from: "gpt", value: "A ball." },
      ],
    };
    expect(read(llava)).toMatchObject({
      id: "v7",
      question: "What moves?",
      answer: "A ball.",
      path: "a.mp4",
      extra: {},
    });
    const chat = {
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "video", video: "file:///data/a.mp4" },
            { type: "text", text: "What?" },
          ],
        },
        { role: "assistant", content: "<think>Hm.</think><answer>left</answer>" },
      ],
    };
    expect(read(chat, "/data")).toMatchObject({ path: "a.mp4", process: "<think>Hm.</think>", answer: "left" });
    const longer = { ...llava, conversations: [...llava.conversations, ...llava.conversations] };
    expect(read(longer)).toBe("conversations: the conversation asks 2 questions and gives 2 answers");
  });

  it("names what is missing or of the wrong kind", () => {
    const row = { video: "a.mp4", question: "What?", answer: "x" };
    const cases: [Record<string, unknown>, string][] = [
      [{ question: "What?", answer: "x" }, "video: the row names no video"],
      [{ video: "a.mp4", answer: "x" }, "question: the row has no question"],
      [{ video: "a.mp4", question: "What?" }, "answer: the row has no answer"],
      [{ ...row, videos: 5, video: null }, "videos: it is no path"],
      [{ ...row, video: ["a.mp4", "b.mp4"] }, "video: it names 2 media"],
      [{ ...row, answer: { a: 1 } }, "answer: the answer is neither text nor a number"],
      [{ ...row, options: ["one"] }, "options: it is no list of 2 to 26 texts"],
      [{ ...row, messages: [null, 5, "text"] }, "messages: the conversation asks 0 questions and gives 0 answers"],
    ];
    for (const [value, problem] of cases) expect(read(value)).toBe(problem);
  });

  it("takes whole paths under the media root, and no others", () => {
    const row = { question: "What?", answer: "x" };
    expect(read({ ...row, video: "/data/films/a.mp4" }, "/data")).toMatchObject({ path: "films/a.mp4" });
    for (const path of ["/data/../etc/a.mp4", "/database/a.mp4", "/etc/passwd"]) {
      expect(read({ ...row, video: path }, "/data")).toMatch(/^path: the path .* does not stay inside the media root/);
    }
    expect(read({ ...row, video: "/data/a.mp4" })).toMatch(/^path: /);
  });

  it("leaves rows that say of what kind they are to the strict rules", () => {
    expect(read({ problem_type: "free-form", video: "a.mp4", question: "What?", answer: "x" })).toMatch(
      /^problem_id: /,
    );
  });
});
