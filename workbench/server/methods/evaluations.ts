/** Evaluations: list, start, look at items, compare. */
import type { EvaluatedItem } from "../../../contract/evaluation.ts";
import type { EvaluatedItemDetail, EvaluationResults } from "../../../contract/methods/evaluations.ts";
import { comparePaired } from "../../../science/evaluation/compare.ts";
import { PROTOCOL_PRESETS, protocolDifferences } from "../../../science/evaluation/protocol.ts";
import { importEvaluation } from "../../evaluations/import.ts";
import { modelAt, modelsOfRun } from "../../evaluations/models.ts";
import { createEvaluation } from "../../evaluations/new-evaluation.ts";
import { evaluationsOverview } from "../../evaluations/overview.ts";
import { readRequest } from "../../evaluations/read.ts";
import { startEvaluation, stopEvaluation } from "../../evaluations/start.ts";
import { BASE_MODEL } from "../../runs/new-run.ts";
import { indexedItems, indexedQuestion, indexedScores, indexEvaluation } from "../../store/evaluations.ts";
import { join } from "node:path";
import { MethodFailure, type HandlersOf, type MethodContext } from "./context.ts";

export const evaluationMethods: HandlersOf<keyof EvaluationResults> = {
  "evaluations.overview": ({ data, database, ingest }) => evaluationsOverview(data, database, ingest.runFolders()),
  "evaluations.choices": ({ data, ingest }) => ({
    models: [modelAt(BASE_MODEL), ...[...ingest.runFolders()].reverse().flatMap((run) => modelsOfRun(data, run))],
    presets: Object.entries(PROTOCOL_PRESETS).map(([name, { protocol, about }]) => ({ name, about, protocol })),
  }),
  "evaluations.start": ({ data }, { views, judge, ...order }) => {
    const request = createEvaluation(data, {
      ...definedOf(order),
      ...(judge === undefined ? {} : { judge: definedOf(judge) }),
      ...(views === undefined ? {} : { changes: { views } }),
    });
    startEvaluation(data, request.id);
    return { evaluation: request.id };
  },
  "evaluations.import": ({ data }, order) => {
    const { request, rescored } = importEvaluation(data, definedOf(order));
    return { evaluation: request.id, rows: rescored.rows, reproduced: rescored.reproduced };
  },
  "evaluations.continue": ({ data }, { evaluation }) => {
    startEvaluation(data, evaluation);
    return { evaluation };
  },
  "evaluations.stop": ({ data }, { evaluation }) => ({ stopped: stopEvaluation(data, evaluation) }),
  "evaluations.items": ({ data, database }, { evaluation, model, view }) => {
    indexEvaluation(database, data, evaluation);
    const models = readRequest(data, evaluation).models.map((_, index) => index);
    const scores = new Map(
      indexedScores(database, evaluation, view).map(({ model: of, sample, score }) => [`${of}\n${sample}`, score]),
    );
    return indexedItems(database, evaluation, model, view).map((item) => ({
      position: item.position,
      sampleId: item.sampleId,
      type: item.groups["type"] ?? "",
      question: item.question,
      answer: item.answer,
      prediction: item.prediction,
      score: item.error === null ? (item.scores["score"] ?? null) : null,
      law: item.violation?.law ?? null,
      others: models.map((of) => scores.get(`${of}\n${item.sampleId}`) ?? null),
    }));
  },
  "evaluations.item": (context, { evaluation, model, view, sampleId }) => {
    const { data, database } = context;
    indexEvaluation(database, data, evaluation);
    const all = indexedQuestion(database, evaluation, sampleId);
    const own = all.find((one) => one.model === model && one.item.view === view);
    if (own === undefined) {
      throw new MethodFailure("NOT_FOUND", `There is no item "${sampleId}" yet.`, "Wait until it is answered.");
    }
    return detailOf(context, readRequest(data, evaluation).mediaRoot, own.item, all);
  },
  "evaluations.compare": ({ data, database }, { left, right }) => {
    const sides = [left, right].map((side) => {
      indexEvaluation(database, data, side.evaluation);
      const request = readRequest(data, side.evaluation);
      const label = request.models[side.model]?.label;
      if (label === undefined) {
        throw new MethodFailure("NOT_FOUND", `${side.evaluation} has no model ${side.model}.`, "Choose another one.");
      }
      const items = indexedItems(database, side.evaluation, side.model, side.view);
      return { ...side, request, label, items };
    });
    const [a, b] = [sides[0]!, sides[1]!];
    const compared = comparePaired(a.items, b.items, { left: nameOf(a, b), right: nameOf(b, a) });
    const flip = ({ sampleId, type }: { sampleId: string; type: string }) => ({ sampleId, type });
    return {
      left: { label: a.label, evaluation: a.evaluation, model: a.model, view: a.view },
      right: { label: b.label, evaluation: b.evaluation, model: b.model, view: b.view },
      benchmark: b.request.benchmark.title,
      differences: protocolDifferences(a.request.protocol, b.request.protocol),
      n: compared.n,
      leftScore: compared.left,
      rightScore: compared.right,
      difference: compared.difference,
      interval: compared.interval,
      p: compared.p,
      test: compared.test,
      statement: compared.statement,
      gained: compared.gained.map(flip),
      lost: compared.lost.map(flip),
    };
  },
};

/** With the view, where it is the view that differs. */
const nameOf = (side: { label: string; view: string }, other: { label: string; view: string }): string =>
  side.label === other.label || side.view !== other.view ? `${side.label} (${side.view})` : side.label;

function definedOf<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

function detailOf(
  { media }: MethodContext,
  mediaRoot: string,
  item: EvaluatedItem,
  all: readonly { model: number; item: EvaluatedItem }[],
): EvaluatedItemDetail {
  const shown = item.media;
  return {
    item,
    frameUrls: shown?.frames.map((frame) => media.frame(frame.hash)) ?? [],
    videoUrl: shown?.kind === "video" ? media.file(join(mediaRoot, shown.path), mediaRoot) : null,
    elsewhere: all.map(({ model, item: other }) => ({
      model,
      view: other.view,
      prediction: other.prediction,
      score: other.error === null ? (other.scores["score"] ?? null) : null,
    })),
  };
}
