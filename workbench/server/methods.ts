/** What the window can ask: one entry a method of the contract. Each subject has a file in `methods/`. */
import type { Method, MethodError } from "../../contract/methods.ts";
import { methodInputs } from "../../contract/methods.ts";
import type { HandlersOf, MethodContext } from "./methods/context.ts";
import { MethodFailure } from "./methods/context.ts";
import { datasetMethods } from "./methods/datasets.ts";
import { analysisMethods } from "./methods/analysis.ts";
import { compareMethods } from "./methods/compare.ts";
import { evaluationMethods } from "./methods/evaluations.ts";
import { hallucinationMethods } from "./methods/hallucinations.ts";
import { interopMethods } from "./methods/interop.ts";
import { launchMethods } from "./methods/launch.ts";
import { memoryMethods } from "./methods/memory.ts";
import { recipeMethods } from "./methods/recipes.ts";
import { rolloutMethods } from "./methods/rollouts.ts";
import { runMethods } from "./methods/runs.ts";
import { runTableMethods } from "./methods/run-tables.ts";
import { storageMethods } from "./methods/storage.ts";
import { sessionMethods } from "./methods/session.ts";
import { systemMethods } from "./methods/system.ts";
import { testCaseMethods } from "./methods/test-cases.ts";
import { upkeepMethods } from "./methods/upkeep.ts";
import { watchMethods } from "./methods/watch.ts";

const handlers: HandlersOf<Method> = {
  ...runMethods,
  ...runTableMethods,
  ...rolloutMethods,
  ...recipeMethods,
  ...memoryMethods,
  ...launchMethods,
  ...evaluationMethods,
  ...storageMethods,
  ...sessionMethods,
  ...systemMethods,
  ...testCaseMethods,
  ...upkeepMethods,
  ...watchMethods,
  ...datasetMethods,
  ...analysisMethods,
  ...compareMethods,
  ...hallucinationMethods,
  ...interopMethods,
};

/** Validates, calls, and turns whatever goes wrong into a contract error. */
export async function answer(
  context: MethodContext,
  method: string,
  params: unknown,
): Promise<{ result: unknown } | { error: MethodError }> {
  if (!Object.hasOwn(methodInputs, method)) {
    return { error: { code: "BAD_REQUEST", message: `There is no method "${method}".`, remedy: "Reload the page." } };
  }
  const name = method as Method;
  const input = methodInputs[name].safeParse(params);
  if (!input.success) {
    const issue = input.error.issues[0];
    const message = `${method}: ${issue?.path.join(".") ?? "input"}: ${issue?.message ?? "not understood"}.`;
    return { error: { code: "BAD_REQUEST", message, remedy: "Reload the page; if it happens again, report it." } };
  }
  try {
    const handler = handlers[name] as (context: MethodContext, input: unknown) => unknown;
    return { result: await handler(context, input.data) };
  } catch (error) {
    if (error instanceof MethodFailure) return { error: error.error };
    const message = withoutFolder(error instanceof Error ? error.message : String(error), context.data);
    const known = error instanceof RangeError || (error as Error).name === "SettingsError";
    return { error: { code: known ? "BAD_REQUEST" : "INTERNAL", message, remedy: "Correct it and try again." } };
  }
}

/** Places in the data folder are named from there on: where it lies is nothing that a window has to be told with an error. */
const withoutFolder = (message: string, data: string): string =>
  message.replaceAll(`${data}/`, "").replaceAll(data, "the data folder");
