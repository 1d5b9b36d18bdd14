/** Everything that the launch form knows of the run it would start. */
import { useMemo } from "react";
import type { DataFileCheck, Device, EarlierStage, MemoryCheck, ModelCheck } from "../../../contract/methods.ts";
import { checkLaunch, type Finding } from "../../../science/launch/checks.ts";
import { estimateDuration, type DurationEstimate, type StageTiming } from "../../../science/launch/duration.ts";
import { stageShape, visualShape, type StageShape, type VisualShape } from "../../../science/launch/shape.ts";
import { RECIPES } from "../../../science/recipes/index.ts";
import { useService } from "../../state/queries.ts";
import { traceFindings, useDataChecks } from "./useDataChecks.ts";
import { readDraft, requestOf, useDraft, type Draft, type ReadDraft } from "./draft.ts";

export interface LaunchPlan {
  readonly read: ReadDraft;
  readonly model: ModelCheck | undefined;
  /** Undefined until the files were looked at, and while none are chosen. */
  readonly data: readonly DataFileCheck[] | undefined;
  readonly devices: readonly Device[];
  readonly findings: readonly Finding[];
  readonly visual: VisualShape | null;
  readonly stages: readonly StageShape[];
  /** By stage; a stage nothing is known of is missing. */
  readonly durations: readonly DurationEstimate[];
  /** Undefined until it is known, and while a setting is wrong. */
  readonly memory: MemoryCheck | undefined;
}

const NONE: readonly never[] = [];

export function useLaunchPlan(): LaunchPlan {
  const draft = useDraft((state) => state.draft);
  const model = useService("launch.model", { directory: draft.model.trim() }).data;
  const earlier = useService("launch.earlier", {}).data ?? NONE;
  const devices = useService("devices.list", {}).data ?? NONE;
  const read = useMemo(() => readDraft(draft), [draft]);
  const memory = useService(
    "recipes.estimate",
    useMemo(() => memoryQuestion(draft, read), [draft, read]),
  ).data;
  const { checks: data } = useDataChecks();
  const timings = useMemo(() => earlier.flatMap(timingOf), [earlier]);
  return useMemo(() => {
    const { settings } = read;
    const known = model && model.problems.length === 0 ? model : null;
    const stages = settings?.stages.map((stage) => stageShape(settings, stage)) ?? [];
    const device = (draft.device === "auto" ? (devices[0]?.id ?? "cpu") : draft.device).replace(/:\d+$/, "");
    return {
      read,
      model,
      data,
      devices,
      findings: settings
        ? [
            ...checkLaunch(settings, known),
            ...(draft.branchFrom ? [] : traceFindings(settings, data ?? [])),
            ...memoryFindings(memory),
          ]
        : [],
      visual: settings ? visualShape(settings.vision) : null,
      stages,
      durations: stages.flatMap((stage) => {
        const estimate = estimateDuration(stage, known?.parameters ?? null, device, timings);
        return estimate ? [estimate] : [];
      }),
      memory,
    };
  }, [read, model, data, devices, draft.device, draft.branchFrom, timings, memory]);
}

function memoryQuestion(draft: Draft, read: ReadDraft) {
  if (read.settings === null) return null;
  const { recipe, preset, overrides, model, device, processes } = requestOf(draft, read);
  return {
    recipe,
    preset,
    ...(overrides ? { overrides } : {}),
    ...(model ? { model } : {}),
    ...(device ? { device } : {}),
    ...(processes ? { processes } : {}),
  };
}

/** A model that cannot be read is told of beside the model. */
function memoryFindings(memory: MemoryCheck | undefined): Finding[] {
  if (!memory || memory.bytes === null || memory.refusal === null) return [];
  return [{ level: "error", field: null, message: memory.refusal }];
}

/** Runs of recipes that this window does not know say nothing about their shape. */
function timingOf({ recipe: id, preset, overrides, stage: name, ...earlier }: EarlierStage): StageTiming[] {
  try {
    const settings = RECIPES.find((recipe) => recipe.id === id)?.settings(preset, overrides);
    const stage = settings?.stages.find((candidate) => candidate.name === name);
    return settings && stage ? [{ ...earlier, shape: stageShape(settings, stage) }] : [];
  } catch {
    // A setting that this version does not have any more.
    return [];
  }
}
