/**
 * VideoHallu's records (zli12321/VideoHallu): questions of the benchmark (`data.jsonl`) and rows for training, of which 424 of
 * PhysBench's 1,000 hold no question. Questions become short free-form ones whose source is the sub-category.
 */
import { readBench } from "../videohallu/records.ts";
import { problem, row, type Converted, type PublishedFormat } from "./format.ts";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function convert(record: unknown): Converted {
  if (isObject(record) && "problem" in record) {
    // They are rows already; the reader checks the rest.
    return record["problem"] === null ? problem("problem: it is null, as in 424 published rows") : row(record);
  }
  const { rows, problems } = readBench(JSON.stringify(record ?? null), "");
  const [question] = rows;
  if (question === undefined) return problem(`${problems[0]!.field ?? "the record"}: ${problems[0]!.reason}`);
  const { id, generator, prompt, video, category, columnsAgree, set } = question;
  return row({
    problem_id: id,
    problem: question.question,
    data_type: "video",
    problem_type: "short-free-form",
    options: [],
    solution: `<answer>${question.answer}</answer>`,
    path: video,
    data_source: category.code,
    diet: "synthetic",
    generator,
    generated_from: prompt,
    super_category: category.superCategory,
    columns_agree: columnsAgree,
    ...(set === null ? {} : { set }),
  });
}

export const videoHalluRecords: PublishedFormat = {
  id: "videohallu",
  about: "VideoHallu's questions (data.jsonl) and rows for training (synthetic_data_split.json …)",
  media: "the folder with the generators' folders",
  convert,
};
