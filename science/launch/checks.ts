/** What a person should know before a run starts: each finding names the setting that it is about. */
import { MERGED_PATCH } from "../vision.ts";
import type { Settings } from "../settings.ts";
import { stageShape, visualShape, type ModelShape } from "./shape.ts";

export interface Finding {
  /** Name of the setting; null where it is about the whole. */
  readonly field: string | null;
  /** An error would end the run; a warning is worth a second look. */
  readonly level: "error" | "warning";
  readonly message: string;
  /** A value of `field` that settles it, and what setting it means. */
  readonly remedy?: { readonly value: string; readonly label: string };
}

/** Settings that can be read but would not work, or not as meant. `model` null: not known yet. */
export function checkLaunch(settings: Settings, model: ModelShape | null): Finding[] {
  return [...checkVision(settings), ...checkContext(settings, model), ...checkStages(settings)];
}

function checkVision({ vision }: Settings): Finding[] {
  const findings: Finding[] = [];
  for (const [field, value] of [
    ["vision.minFrames", vision.minFrames],
    ["vision.maxFrames", vision.maxFrames],
  ] as const) {
    if (value % 2 === 0) continue;
    const message = `Frames are taken in pairs: ${value} is rounded down to ${value - 1}.`;
    findings.push({ field, level: "warning", message });
  }
  if (vision.maxPixels < MERGED_PATCH ** 2) {
    const message = `A frame of ${vision.maxPixels} pixels is smaller than one token of ${MERGED_PATCH} x ${MERGED_PATCH} pixels.`;
    findings.push({ field: "vision.maxPixels", level: "error", message });
  }
  const { frames, pixels } = visualShape(vision);
  if (pixels < vision.maxPixels) {
    const message = `${frames} frames share the budget of a clip: each gets ${Math.floor(pixels)} pixels, not ${vision.maxPixels}.`;
    findings.push({ field: "vision.totalPixels", level: "warning", message });
  }
  return findings;
}

function checkContext(settings: Settings, model: ModelShape | null): Finding[] {
  if (model === null) return [];
  return settings.stages.flatMap((stage): Finding[] => {
    const { tokens } = stageShape(settings, stage);
    if (tokens <= model.contextLength) return [];
    const field = stage.kind === "rl" ? "sampling.maxTokens" : "vision.maxFrames";
    const message =
      `A sequence of ${stage.name} may have ${tokens} tokens, but the model's context holds ${model.contextLength}: ` +
      "use fewer frames, fewer pixels or a shorter answer.";
    return [{ field, level: "error", message }];
  });
}

function checkStages(settings: Settings): Finding[] {
  const findings: Finding[] = [];
  const add = (field: string, level: Finding["level"], message: string) => findings.push({ field, level, message });
  if (settings.stages.length === 0) add("rl.steps", "error", "No stage is left: give sft.steps or rl.steps a number.");
  for (const stage of settings.stages) {
    const { warmupSteps } = stage.optimizer;
    if (warmupSteps >= stage.steps) {
      const message = `The warm-up of ${warmupSteps} updates is not over when the stage ends after ${stage.steps}.`;
      add(`${stage.kind}.warmupSteps`, "warning", message);
    }
    if (stage.kind !== "rl") continue;
    const { groupSize, shuffledGroupSize, innerUpdates, promptsPerStep, sampling, length } = stage;
    if (shuffledGroupSize > groupSize) {
      const message = `${shuffledGroupSize} shuffled rollouts for ${groupSize} ordered ones: the paper takes half as many.`;
      add("rl.shuffledGroupSize", "warning", message);
    }
    if ((promptsPerStep * groupSize) % innerUpdates !== 0) {
      const message = `${promptsPerStep} x ${groupSize} rollouts cannot be shared evenly among ${innerUpdates} updates.`;
      add("rl.innerUpdates", "warning", message);
    }
    if (innerUpdates > 1 && sampling.topP < 1) {
      const message = "With several updates a batch, nucleus sampling draws from another distribution than is trained.";
      add("sampling.topP", "warning", message);
    }
    if (length.enabled && length.minTokens > sampling.maxTokens) {
      const message = `No answer can earn the length bonus: it starts at ${length.minTokens} tokens, answers end at ${sampling.maxTokens}.`;
      add("length.minTokens", "warning", message);
    }
    if (settings.checkpointEvery === 0 && stage.steps > 200) {
      const message = `Without checkpoints in between, a crash costs up to ${stage.steps} updates.`;
      add("checkpoint.every", "warning", message);
    }
  }
  return findings;
}
