/**
 * The items that VerIPO's evaluation reads and writes (HITsz-TMG/VerIPO): question with its options inside the text,
 * answers dressed as LaTeX (`$B$`). A result line holds its item under `question`; `ground_truth` counts where the item
 * has no answer.
 */
import { z } from "zod";
import { optionsInside } from "../options-inside.ts";
import { firstIssue, lettered, problem, row, type Converted, type PublishedFormat } from "./format.ts";

const item = z.looseObject({
  question_id: z.union([z.string().min(1), z.number()]),
  video_path: z.string().min(1),
  question: z.string().min(1),
  answer: z.union([z.string(), z.number()]).nullish(),
  scene_name: z.string().nullish(),
});
const result = z.looseObject({ question: item, ground_truth: z.union([z.string(), z.number()]).nullish() });

function convert(record: unknown): Converted {
  const isResult =
    typeof record === "object" && record !== null && typeof (record as { question?: unknown }).question === "object";
  const parsed = isResult ? result.safeParse(record) : item.safeParse(record);
  if (!parsed.success) return problem(firstIssue(parsed.error.issues));
  const own = isResult ? (parsed.data as z.infer<typeof result>).question : (parsed.data as z.infer<typeof item>);
  const truth = own.answer ?? (isResult ? (parsed.data as z.infer<typeof result>).ground_truth : null);
  if (truth === null || truth === undefined || String(truth).trim() === "") return problem("answer: there is none");
  const answer = plain(String(truth));
  const { text, options } = optionsInside(own.question);
  const kind = typeOf(answer, options);
  if (kind === null) {
    return problem(
      `answer: ${JSON.stringify(answer)} is neither a number nor a letter of the ${options.length} options`,
    );
  }
  return row({
    problem_id: own.question_id,
    problem: text,
    data_type: "video",
    problem_type: kind,
    options: kind === "multiple choice" ? lettered(options) : [],
    solution: `<answer>${answer}</answer>`,
    path: own.video_path,
    data_source: own.scene_name ?? "",
  });
}

/** `$B$`, `\boxed{B}`, `B.` → `B`. */
const plain = (text: string): string =>
  text
    .trim()
    .replace(/^\$+|\$+$/g, "")
    .replace(/^\\boxed\{(.*)\}$/, "$1")
    .replace(/^([A-J])[.)]$/, "$1")
    .trim();

function typeOf(answer: string, options: readonly string[]): "multiple choice" | "regression" | null {
  if (/^[A-J]$/.test(answer)) return answer.charCodeAt(0) - 65 < options.length ? "multiple choice" : null;
  return answer !== "" && Number.isFinite(Number(answer.replaceAll(",", ""))) ? "regression" : null;
}

export const veripoItems: PublishedFormat = {
  id: "veripo",
  about: "VerIPO's evaluation items and result lines (VSI-Bench, TOMATO, MMVU …)",
  media: "the folder that video_path starts from",
  convert,
};
