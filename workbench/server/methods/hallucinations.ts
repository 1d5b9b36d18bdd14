/** The board of questions about impossible events. */
import type { HallucinationResults } from "../../../contract/methods.ts";
import { hallucinationCounts, hallucinationProbes } from "../../store/hallucinations.ts";
import type { HandlersOf } from "./context.ts";
import { groupViews } from "./rollouts.ts";

export const hallucinationMethods: HandlersOf<keyof HallucinationResults> = {
  "analysis.hallucinations": (context, { run, law, limit }) => ({
    counts: hallucinationCounts(context.database, run),
    probes: groupViews(context, run, hallucinationProbes(context.database, run, law, limit)),
  }),
};
