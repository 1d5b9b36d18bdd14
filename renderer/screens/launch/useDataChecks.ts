/** What the service finds in the files of rows that the form names. */
import type { DataFileCheck, MethodInput } from "../../../contract/methods.ts";
import type { Finding } from "../../../science/launch/checks.ts";
import type { Settings } from "../../../science/settings.ts";
import { useService } from "../../state/queries.ts";
import { useDraft, type Draft } from "./draft.ts";

/** Null while nothing is chosen. */
function questionOf({ rows, files, datasets }: Draft): MethodInput<"launch.data"> | null {
  if (rows === "pack") return {};
  if (rows === "files") return { data: { ...files } };
  return datasets.train ? { datasets: { ...datasets, train: datasets.train } } : null;
}

/** The cold start learns from traces: without one it would end with its first step. */
export function traceFindings(settings: Settings, checks: readonly DataFileCheck[]): Finding[] {
  const source = checks.find(({ name }) => name === "sft") ?? checks.find(({ name }) => name === "train");
  if (source?.traces !== 0 || !source.usable || !settings.stages.some(({ kind }) => kind === "sft")) return [];
  const message = `The cold start learns from traces (field "process"), and no row of ${source.path} has one: give a file with traces under Cold start, or set sft.steps to 0.`;
  const remedy = { value: "0", label: "Leave the cold start out" };
  return [{ field: "sft.steps", level: "error", message, remedy }];
}

export function useDataChecks() {
  const draft = useDraft((state) => state.draft);
  const asked = questionOf(draft);
  const { data, error } = useService("launch.data", asked);
  return { checks: asked === null ? undefined : data, error };
}
