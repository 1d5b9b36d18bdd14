import { describe, expect, it } from "vitest";
import { chatMessages, promptHash, SECONDLOOK_TEMPLATE, targetText, TINY_TEMPLATE, userText } from "./prompts.ts";
import type { Sample } from "./records.ts";

const sample: Sample = {
  id: "1",
  question: "What does {options} cost? $&",
  dataType: "video",
  problemType: "multiple choice",
  options: ["A. $1", "B. {suffix}"],
  process: "<think>t</think>",
  solution: "<answer>A</answer>",
  answer: "A",
  path: "a.mp4",
  task: "",
  extra: {},
};

describe("userText", () => {
  it("puts question, options and suffix in their places without touching what they hold", () => {
    const text = userText(sample, SECONDLOOK_TEMPLATE);
    expect(text.startsWith("What does {options} cost? $&\nOptions:\nA. $1\nB. {suffix}\nWork through")).toBe(true);
    expect(text.endsWith("only the letter of the option, e.g. B.")).toBe(true);
  });

  it("leaves the block out where there are no options", () => {
    expect(userText({ ...sample, options: [], problemType: "numerical" }, SECONDLOOK_TEMPLATE)).not.toContain(
      "Options:",
    );
  });
});

describe("chatMessages", () => {
  it("shows the medium before the text and leaves the system turn to the checkpoint's template", () => {
    const messages = chatMessages(sample, SECONDLOOK_TEMPLATE);
    expect(messages).toHaveLength(1);
    expect(messages[0]!.content[0]).toEqual({ type: "video" });
    expect(chatMessages(sample, { ...SECONDLOOK_TEMPLATE, system: "Hello" })[0]).toEqual({
      role: "system",
      content: "Hello",
    });
  });
});

it("asks the question alone where no medium is shown", () => {
  const [alone] = chatMessages(sample, TINY_TEMPLATE, { withMedium: false }).slice(-1);
  expect(alone!.content).toEqual([{ type: "text", text: userText(sample, TINY_TEMPLATE) }]);
});

describe("promptHash", () => {
  it("names the content, not the template's name", () => {
    expect(promptHash({ ...SECONDLOOK_TEMPLATE, name: "copy" })).toBe(promptHash(SECONDLOOK_TEMPLATE));
    expect(promptHash(SECONDLOOK_TEMPLATE)).not.toBe(promptHash(TINY_TEMPLATE));
    expect(promptHash(SECONDLOOK_TEMPLATE)).toMatch(/^[0-9a-f]{16}$/);
  });
});

it("teaches reasoning, newline, answer", () => {
  expect(targetText(sample)).toBe("<think>t</think>\n<answer>A</answer>");
  expect(targetText({ ...sample, process: undefined })).toBeNull();
});
