/** Several runs side by side. */
import type { CompareResults } from "../../../contract/methods.ts";
import { compareEvaluations, sharedPrompts } from "../../store/compare.ts";
import type { HandlersOf } from "./context.ts";

export const compareMethods: HandlersOf<keyof CompareResults> = {
  "compare.evaluations": ({ database }, { runs }) => compareEvaluations(database, runs),
  "compare.prompts": ({ database }, { runs }) => sharedPrompts(database, runs),
};
