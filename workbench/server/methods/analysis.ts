/** What the rollouts of a run say together. */
import type { AnalysisResults } from "../../../contract/methods.ts";
import {
  correctionExamples,
  countCorrections,
  promptHistory,
  readGroupMap,
  repeatedPrompts,
} from "../../store/analysis.ts";
import { preferencePairs } from "../../store/preference-pairs.ts";
import type { HandlersOf } from "./context.ts";

export const analysisMethods: HandlersOf<keyof AnalysisResults> = {
  "analysis.corrections": ({ database }, { run }) => countCorrections(database, run),
  "analysis.correctionExamples": ({ database }, input) => correctionExamples(database, input),
  "analysis.groupMap": ({ database }, { run }) => readGroupMap(database, run),
  "analysis.repeatedPrompts": ({ database }, { run }) => repeatedPrompts(database, run),
  "analysis.promptHistory": ({ database }, { run, sampleId }) => promptHistory(database, run, sampleId),
  "analysis.preferencePairs": ({ database }, { run }) => preferencePairs(database, run),
};
