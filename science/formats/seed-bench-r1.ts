/**
 * SEED-Bench-R1's records (arXiv 2503.24376): training rows with the answer and other actions of the same video, and
 * validation rows with four choices. A row without task progress has no video, only the picture of the current state.
 */
import { z } from "zod";
import { RandomStream } from "../rng.ts";
import { firstIssue, lettered, problem, row, type Converted, type PublishedFormat } from "./format.ts";

const shared = {
  sample_id: z.union([z.string().min(1), z.number()]),
  video_source: z.string().min(1),
  video_basename: z.string().nullish(),
  current_observation_basename: z.string().min(1),
  task_progress_metadata: z.array(z.unknown()),
  question: z.string().min(1),
  domain: z.string().nullish(),
};
const training = z.looseObject({ ...shared, answer: z.string().min(1), negative_answers: z.array(z.string().min(1)) });
const CHOICES = ["choice_a", "choice_b", "choice_c", "choice_d"] as const;
const validation = z.looseObject({
  ...shared,
  ...Object.fromEntries(CHOICES.map((name) => [name, z.string().min(1)])),
  golden_choice_idx: z.enum(["A", "B", "C", "D"]),
});

const OPTIONS = 4;

function convert(record: unknown): Converted {
  const held = typeof record === "object" && record !== null && "golden_choice_idx" in record;
  const parsed = (held ? validation : training).safeParse(record);
  if (!parsed.success) return problem(firstIssue(parsed.error.issues));
  const value = parsed.data as z.infer<typeof training> & Record<string, unknown>;
  const choices = held ? CHOICES.map((name) => value[name] as string) : drawn(value);
  if (choices === null) {
    return problem(`negative_answers: three other actions are needed, there are ${value.negative_answers.length}`);
  }
  const letter = held ? (value["golden_choice_idx"] as string) : letterOf(choices, value.answer);
  const { sample_id, video_source, current_observation_basename, domain } = value;
  const observation = `images/${video_source}/${current_observation_basename}`;
  const hasVideo = value.task_progress_metadata.length > 0;
  if (hasVideo && !value.video_basename)
    return problem("video_basename: there is task progress, but no video is named");
  return row({
    problem_id: sample_id,
    problem: value.question,
    data_type: hasVideo ? "video" : "image",
    problem_type: "multiple choice",
    options: lettered(choices),
    solution: `<answer>${letter}</answer>`,
    path: `./${hasVideo ? `videos/${video_source}/${value.video_basename}` : observation}`,
    data_source: domain ?? video_source,
    video_source,
    current_observation: `./${observation}`,
    time_dependent: hasVideo,
  });
}

/** Three of the other actions and the answer, in an order that follows from the row's name; null where there are fewer. */
function drawn(value: z.infer<typeof training>): string[] | null {
  const others = [...new Set(value.negative_answers)].filter((text) => text !== value.answer);
  if (others.length < OPTIONS - 1) return null;
  const random = new RandomStream("seed-bench-r1", String(value.sample_id));
  return random.shuffled([value.answer, ...random.shuffled(others).slice(0, OPTIONS - 1)]);
}

const letterOf = (choices: readonly string[], answer: string): string =>
  String.fromCharCode(65 + choices.indexOf(answer));

export const seedBenchR1: PublishedFormat = {
  id: "seed-bench-r1",
  about: "SEED-Bench-R1: training_6k.jsonl, validation_L1.jsonl to L3",
  media: "the folder with videos/ and images/",
  convert,
};
