/**
 * The window's methods and subscriptions over the one WebSocket. Requests are `{id, method, params}`, answers
 * `{id, result}` or `{id, error: {code, message, remedy}}`, pushes `{topic, event}`. Inputs are validated by the service
 * with these schemas; results are typed. Each subject has a file in `methods/`; here they come together.
 */
import type { z } from "zod";
import type { SessionEvent } from "./session.ts";
import type { DatasetResults } from "./methods/datasets.ts";
import { datasetInputs } from "./methods/datasets.ts";
import type { AnalysisResults } from "./methods/analysis.ts";
import { analysisInputs } from "./methods/analysis.ts";
import type { CompareResults } from "./methods/compare.ts";
import { compareInputs } from "./methods/compare.ts";
import type { EvaluationResults } from "./methods/evaluations.ts";
import { evaluationInputs } from "./methods/evaluations.ts";
import type { HallucinationResults } from "./methods/hallucinations.ts";
import { hallucinationInputs } from "./methods/hallucinations.ts";
import type { InteropResults } from "./methods/interop.ts";
import { interopInputs } from "./methods/interop.ts";
import type { LaunchResults } from "./methods/launch.ts";
import { launchInputs } from "./methods/launch.ts";
import type { MemoryResults } from "./methods/memory.ts";
import { memoryInputs } from "./methods/memory.ts";
import type { RecipeResults } from "./methods/recipes.ts";
import { recipeInputs } from "./methods/recipes.ts";
import type { RolloutResults } from "./methods/rollouts.ts";
import { rolloutInputs } from "./methods/rollouts.ts";
import type { RunPageResults } from "./methods/run-pages.ts";
import { runPageInputs } from "./methods/run-pages.ts";
import type { RunTableResults } from "./methods/run-tables.ts";
import { runTableInputs } from "./methods/run-tables.ts";
import type { RunResults, RunSummary } from "./methods/runs.ts";
import { runInputs } from "./methods/runs.ts";
import type { StorageResults } from "./methods/storage.ts";
import { storageInputs } from "./methods/storage.ts";
import type { SessionMethodResults } from "./methods/session.ts";
import { sessionMethodInputs } from "./methods/session.ts";
import type { SystemResults } from "./methods/system.ts";
import { systemInputs } from "./methods/system.ts";
import type { TestCaseResults } from "./methods/test-cases.ts";
import { testCaseInputs } from "./methods/test-cases.ts";
import type { UpkeepResults } from "./methods/upkeep.ts";
import { upkeepInputs } from "./methods/upkeep.ts";
import type { WatchResults } from "./methods/watch.ts";
import { watchInputs } from "./methods/watch.ts";

export type * from "./methods/datasets.ts";
export type * from "./methods/analysis.ts";
export type * from "./methods/compare.ts";
export type * from "./methods/evaluations.ts";
export type * from "./methods/hallucinations.ts";
export type * from "./methods/launch.ts";
export type * from "./methods/memory.ts";
export type * from "./methods/recipes.ts";
export type * from "./methods/rollouts.ts";
export type * from "./methods/run-pages.ts";
export type * from "./methods/run-tables.ts";
export type * from "./methods/runs.ts";
export type * from "./methods/storage.ts";
export type * from "./methods/session.ts";
export type * from "./methods/system.ts";
export type * from "./methods/test-cases.ts";
export type * from "./methods/upkeep.ts";
export type * from "./methods/watch.ts";

export const CONTRACT_VERSION = 1;

/** Input schema of every method. */
export const methodInputs = {
  ...runInputs,
  ...runPageInputs,
  ...runTableInputs,
  ...rolloutInputs,
  ...recipeInputs,
  ...memoryInputs,
  ...launchInputs,
  ...evaluationInputs,
  ...storageInputs,
  ...sessionMethodInputs,
  ...systemInputs,
  ...testCaseInputs,
  ...upkeepInputs,
  ...watchInputs,
  ...datasetInputs,
  ...analysisInputs,
  ...hallucinationInputs,
  ...compareInputs,
  ...interopInputs,
} as const;

export interface MethodResults
  extends
    AnalysisResults,
    HallucinationResults,
    InteropResults,
    CompareResults,
    DatasetResults,
    EvaluationResults,
    LaunchResults,
    MemoryResults,
    RecipeResults,
    RolloutResults,
    RunPageResults,
    RunTableResults,
    RunResults,
    SessionMethodResults,
    StorageResults,
    SystemResults,
    UpkeepResults,
    TestCaseResults,
    WatchResults {}

export type Method = keyof MethodResults & keyof typeof methodInputs;
export type MethodInput<Name extends Method> = z.input<(typeof methodInputs)[Name]>;
export type MethodResult<Name extends Method> = MethodResults[Name];

/** Pushed by the service. `seq` grows by one for each push of a connection's topic: a gap means: ask again. */
export type Push =
  | {
      readonly topic: "runs";
      readonly seq: number;
      readonly runs: readonly RunSummary[];
      /** Runs that are not there any more. */
      readonly removed?: readonly string[];
    }
  | {
      readonly topic: "run";
      readonly seq: number;
      readonly run: string;
      readonly step: number;
      readonly kinds: readonly string[];
    }
  | { readonly topic: "session"; readonly seq: number; readonly call: string; readonly event: SessionEvent };

export interface MethodError {
  readonly code: "BAD_REQUEST" | "NOT_FOUND" | "CONFLICT" | "INTERNAL" | "UNAUTHORIZED";
  readonly message: string;
  readonly remedy: string;
}

/** The mutual hello, before anything else is said. Proofs are HMAC-SHA256 over the other side's nonce with the token. */
export type HelloMessage =
  | { readonly hello: "client"; readonly contract: number; readonly nonce: string }
  | { readonly hello: "service"; readonly contract: number; readonly nonce: string; readonly proof: string }
  | { readonly hello: "proof"; readonly proof: string }
  | { readonly hello: "welcome" }
  | { readonly hello: "refused"; readonly reason: string };
