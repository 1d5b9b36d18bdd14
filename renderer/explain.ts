/** What a run does at this moment, in words for somebody who has never seen the method. */
import { RECIPES } from "../science/recipes/index.ts";
import { IMPORTED } from "../contract/run-folder.ts";
import type { RunDetail } from "../contract/methods.ts";

export interface Explanation {
  readonly title: string;
  readonly text: string;
}

const STAGES: Readonly<Record<string, Explanation>> = {
  sft: {
    title: "Cold start: learning to write reasoning",
    text: "The model imitates a small set of worked examples: it sees a clip and a question, and learns to write its thoughts between <think> tags and the result between <answer> tags. Examples are dear, so there are few of them and this stage soon reaches a plateau.",
  },
  grpo: {
    title: "Reinforcement learning: answering and being compared (GRPO)",
    text: "For each question the model writes a whole group of answers. Each answer earns a reward for being right and for keeping the format. Answers better than their group's average become more likely, worse ones less. No worked examples are needed, only questions with known results.",
  },
  "t-grpo": {
    title: "Reinforcement learning with a look at time (T-GRPO)",
    text: "For each question the model answers twice over: once with the frames in order, once with the same frames shuffled. Answers better than their group's average become more likely. If the ordered group is right at least as often as the shuffled one, its right answers earn a bonus: looking at the order of events pays. The shuffled answers are only scored, never learnt from.",
  },
  evaluation: {
    title: "Measuring",
    text: "The model answers questions that it never trains on, once with the frames in order and once shuffled, without any randomness. These numbers are the result; the curves are only the way there.",
  },
};

const PHASES: Readonly<Record<string, Explanation>> = {
  preparing: {
    title: "Getting ready",
    text: "The model is loaded and the data are checked. Rows whose video cannot be read are set aside and listed under Log.",
  },
  decoding: {
    title: "Reading videos",
    text: "Frames are taken from each video at even distances, resized as the model needs them, and kept: the strips you see later show exactly these pixels.",
  },
  evaluating: STAGES["evaluation"]!,
  checkpointing: {
    title: "Saving a checkpoint",
    text: "Weights, optimiser and random state go to disk, so that the run can be resumed to the same numbers.",
  },
  paused: { title: "Paused", text: "The run waits between two steps. Nothing is lost; resume it when you like." },
  finalizing: { title: "Finishing", text: "The last checkpoint and the summary are being written. Not done yet." },
};

function isTemporal(run: RunDetail): boolean {
  if (run.metricNames.some((name) => name.startsWith("temporal/"))) return true;
  // Before the first update only the preset tells.
  const recipe = RECIPES.find(({ id }) => id === run.recipe);
  if (recipe === undefined || !Object.hasOwn(recipe.presets, run.preset)) return false;
  return recipe.settings(run.preset).stages.some((stage) => stage.kind === "rl" && stage.temporal.enabled);
}

function stageExplanation(run: RunDetail): Explanation | undefined {
  const stage = run.stages.find(({ name }) => name === run.stage);
  const kind = `${stage?.kind ?? ""} ${stage?.name ?? run.stage ?? ""}`.toLowerCase();
  if (kind.includes("sft")) return STAGES["sft"];
  if (/rl|grpo/.test(kind)) return isTemporal(run) ? STAGES["t-grpo"] : STAGES["grpo"];
  return kind.includes("eval") ? STAGES["evaluation"] : undefined;
}

/** The words for the run's state, phase and stage, the most telling of them. */
export function explainRun(run: RunDetail): Explanation {
  switch (run.state) {
    case "completed":
      if (run.recipe === IMPORTED) {
        return {
          title: "Imported",
          text: `${run.endReason ?? ""} Click a point of any curve to read the answers behind it.`,
        };
      }
      return {
        title: "Completed",
        text: `${run.heldOut !== null ? "Below, the policy before and after each stage is compared on questions that were held out." : "Nothing was held out, so the curves are all there is: give held-out questions to see what was learnt."} Click a point of any curve to read the answers behind it.`,
      };
    case "failed":
      return {
        title: "Failed",
        text: `${run.endReason ?? "The worker ended without a reason."} Checkpoints are kept: the run can be resumed.`,
      };
    case "lost":
      return {
        title: "Lost",
        text: "The worker is gone and did not say why: the machine may have been restarted. Everything up to its last step is here, and the run can be resumed.",
      };
    case "stopped":
      return { title: "Stopped", text: "Somebody stopped the run. It can be resumed from its newest checkpoint." };
    case "queued":
      return {
        title: "Waiting for its turn",
        text: "Another run uses the device. This one starts by itself when it is free.",
      };
    default:
      return (
        (run.phase === "training" ? stageExplanation(run) : PHASES[run.phase]) ??
        stageExplanation(run) ??
        PHASES["preparing"]!
      );
  }
}

/** The phase as a short label. */
export function phaseLabel(run: Pick<RunDetail, "phase" | "stage" | "state">): string {
  if (run.state !== "running" && run.state !== "starting")
    return run.state.charAt(0).toUpperCase() + run.state.slice(1);
  const words: Readonly<Record<string, string>> = {
    preparing: "Preparing",
    decoding: "Reading videos",
    training: "Training",
    evaluating: "Evaluating",
    checkpointing: "Saving",
    paused: "Paused",
    finalizing: "Finishing",
  };
  const word = words[run.phase] ?? "Starting";
  return run.stage && run.phase === "training" ? `${word} · ${stageLabel(run.stage)}` : word;
}

/** Name of a stage as people say it. */
export function stageLabel(name: string): string {
  const words: Readonly<Record<string, string>> = { sft: "Cold start", rl: "RL", "sft-continued": "SFT continued" };
  return words[name] ?? name;
}

/** Which policy an evaluation measured. */
export function evaluationLabel(label: string): string {
  const words: Readonly<Record<string, string>> = {
    initial: "Base model",
    sft: "After cold start",
    rl: "After RL",
    "sft-continued": "SFT continued",
    sftContinued: "SFT continued",
    continued: "SFT continued",
  };
  return words[label] ?? label;
}
