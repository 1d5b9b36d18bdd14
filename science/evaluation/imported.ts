/**
 * A result file of somebody else as items: their outputs scored again by Video-R1's rules, the stored reward beside ours,
 * and the reason of every difference as a group, so that it is counted in the breakdowns.
 */
import type { EvaluatedItem } from "../../contract/evaluation.ts";
import { extractForEvaluation } from "../answers.ts";
import { DIFFERENCE_REASONS, rescore, scoreRow, type DifferenceReason, type Rescored } from "../rescore.ts";
import type { ResultFile, ResultRow } from "../result-files.ts";
import { formatReward } from "../rewards/format.ts";

export interface ImportedResults {
  readonly items: readonly EvaluatedItem[];
  readonly rescored: Rescored;
}

/** @param name of the file, for messages. What such a file does not hold (tokens, log-probabilities, frames) stays 0 or null. */
export function importedItems(file: ResultFile, name: string): ImportedResults {
  const rescored = rescore(file, "evaluation");
  const reasonOf = new Map(rescored.differences.map(({ row, reason }) => [row, reason]));
  const seen = new Map<string, number>();
  const items = file.rows.map((row, position): EvaluatedItem => {
    const times = (seen.get(row.id) ?? 0) + 1;
    seen.set(row.id, times);
    // As in benchmarks whose questions are numbered anew for each video.
    const sampleId = times === 1 ? row.id : `${row.id}#${times}`;
    return itemOf(row, { position, sampleId, reason: reasonOf.get(row.row) ?? null, name });
  });
  return { items, rescored };
}

interface Place {
  readonly position: number;
  readonly sampleId: string;
  readonly reason: DifferenceReason | null;
  readonly name: string;
}

function itemOf(row: ResultRow, { position, sampleId, reason, name }: Place): EvaluatedItem {
  const own = scoreRow(row, "evaluation");
  const facts = {
    position,
    sampleId,
    view: "ordered",
    problemType: row.problemType,
    groups: {
      type: row.task || row.problemType,
      "answer type": row.problemType,
      "stored reward": reason ?? "reproduced",
    },
    question: row.question,
    options: [...row.options],
    answer: row.answer,
    text: row.output ?? "",
    tokens: 0,
    logProb: 0,
    media: null,
  };
  if (own === null) {
    const remedy = "Write the file again with its outputs.";
    const error = { file: name, place: `row ${row.row}`, reason: DIFFERENCE_REASONS["no output"], remedy };
    return { ...facts, prediction: "", extraction: "", scores: {}, format: 0, stopReason: "error", error };
  }
  const stored: Record<string, number> = row.reward === null ? {} : { stored: row.reward };
  return {
    ...facts,
    prediction: own.prediction,
    extraction: readHow(row) + (reason === null ? "" : `; stored reward ${row.reward}: ${DIFFERENCE_REASONS[reason]}`),
    scores: { score: own.reward, [row.problemType === "regression" ? "mra" : "accuracy"]: own.reward, ...stored },
    format: row.output === null ? 0 : formatReward(row.output),
    stopReason: "unknown",
    error: null,
  };
}

function readHow({ output }: ResultRow): string {
  if (output === null) return "the stored prediction, as the file keeps no output";
  return extractForEvaluation(output).fallback ? "no tags: the whole text" : "first tags";
}
