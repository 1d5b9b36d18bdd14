/** One update of a stage as a few steps in words, with the run's own numbers: what the curves below are curves of. */
import type { RunDetail } from "../../../contract/methods.ts";
import { RECIPES } from "../../../science/recipes/index.ts";
import type { DpoStageSettings, RlStageSettings, Settings, SftStageSettings } from "../../../science/settings.ts";
import { rewardPartLabel } from "../../metrics.ts";
import { normalisationWords } from "../../parts/advantage-words.ts";
import { formatCount, formatNumber } from "../../parts/format.ts";

export interface MethodStep {
  readonly title: string;
  readonly text: string;
  /** Answers of one question, drawn as dots. */
  readonly answers?: { readonly ordered: number; readonly shuffled: number };
  /** The curves that show it: the first of them that the run has is named. */
  readonly metrics: readonly string[];
}

/** What a run was launched with; null for one of another tool, or of a recipe that the window does not know. */
export function settingsOf({ recipe: id, preset, config }: Pick<RunDetail, "recipe" | "preset" | "config">) {
  const recipe = RECIPES.find((candidate) => candidate.id === id);
  const overrides = (config["overrides"] ?? {}) as Readonly<Record<string, unknown>>;
  try {
    return recipe?.settings(preset, overrides) ?? null;
  } catch {
    // Settings of an older version that no longer exist: the configuration still shows them as they were.
    return null;
  }
}

/** The stage whose steps are told: the one that goes on, else the last one that was reached. */
export function toldStage(run: Pick<RunDetail, "stage" | "stages" | "step">, settings: Settings): string | null {
  const names = settings.stages.map(({ name }) => name);
  if (run.stage !== null && names.includes(run.stage)) return run.stage;
  let start = 0;
  const reached = run.stages.filter(({ steps }) => (start += steps) - steps < run.step).map(({ name }) => name);
  return reached.findLast((name) => names.includes(name)) ?? names[0] ?? null;
}

/** The steps of one update of a stage. */
export function methodSteps(settings: Settings, stageName: string): readonly MethodStep[] {
  const stage = settings.stages.find(({ name }) => name === stageName);
  if (!stage) return [];
  if (stage.kind === "sft") return sftSteps(stage);
  return stage.kind === "rl" ? rlSteps(stage, settings) : dpoSteps(stage);
}

function sftSteps({ batchSize, lossOn }: SftStageSettings): MethodStep[] {
  return [
    {
      title: "Show",
      text: `${formatCount(batchSize)} worked examples: a clip, a question, and a trace that somebody wrote, thoughts first and the answer last.`,
      metrics: [],
    },
    {
      title: "Predict",
      text: "At each place of the trace the model says how probable it finds every token that could come next.",
      metrics: ["token_nll"],
    },
    {
      title: "Imitate",
      text: `The loss is how surprised it was by the token that does come${lossOn === "assistant" ? "" : ", the question's included"}. One update makes the trace a little less surprising.`,
      metrics: ["loss"],
    },
    {
      title: "Then",
      text: "It can only copy: whether an answer is right is never asked here. That comes with reinforcement learning.",
      metrics: [],
    },
  ];
}

function rlSteps(stage: RlStageSettings, { vision, modality }: Settings): MethodStep[] {
  const { promptsPerStep, groupSize, shuffledGroupSize, temporal, sampling } = stage;
  const isTemporal = temporal.enabled && shuffledGroupSize > 0 && modality !== "image";
  const media = modality === "image" ? "pictures" : modality === "video" ? "videos" : "videos or pictures";
  const frames = modality === "image" ? "" : `, up to ${formatCount(vision.maxFrames)} frames of each`;
  const parts = stage.rewards.map(({ name }) => name).filter((name) => name !== "temporal");
  const words = parts.map((name) => rewardPartLabel(name).toLowerCase()).join(", ");
  return [
    {
      title: "Ask",
      text: `${formatCount(promptsPerStep)} ${promptsPerStep === 1 ? "question" : "questions"} with their ${media}${frames}. The result is known, how to reason is not told.`,
      metrics: [],
    },
    {
      title: "Answer",
      text:
        `The model writes ${formatCount(groupSize)} answers to each, by chance different ones (temperature ${formatNumber(sampling.temperature, 2)})` +
        (isTemporal ? `, and ${formatCount(shuffledGroupSize)} more to the same frames shuffled.` : "."),
      answers: { ordered: groupSize, shuffled: isTemporal ? shuffledGroupSize : 0 },
      metrics: isTemporal
        ? ["temporal/accuracy_shuffled", "accuracy/shuffled"]
        : ["accuracy/ordered", "completions/mean_length"],
    },
    {
      title: "Score",
      text:
        `Rules add up each answer's reward: ${words}.` +
        (isTemporal
          ? ` Where the ordered answers do at least ${temporal.mu === 1 ? "as well as" : `${formatNumber(temporal.mu, 2)} times as well as`} the shuffled ones, right ones earn ${formatNumber(temporal.alpha, 2)} more: looking at the order pays.`
          : ""),
      metrics: ["reward"],
    },
    {
      title: "Compare",
      text: stage.permuteRewards
        ? "A control: the rewards of a group are dealt out anew among its answers, so that there is nothing to learn."
        : `Each answer's advantage is its reward ${normalisationWords(stage.advantage)}. A group whose rewards are all equal is dead: it says nothing.`,
      metrics: ["frac_reward_zero_std"],
    },
    {
      title: "Learn",
      text:
        "Answers with a positive advantage are made more likely, token by token, the others less." +
        (isTemporal ? " Shuffled ones are only scored." : "") +
        (stage.klBeta > 0
          ? ` A pull towards the reference (KL, β = ${formatNumber(stage.klBeta, 2)}) keeps the model from running away.`
          : ""),
      metrics: ["kl", "entropy"],
    },
  ];
}

function dpoSteps({ batchSize, beta, rolloutsOf }: DpoStageSettings): MethodStep[] {
  return [
    {
      title: "Judge",
      text: `A judge reads the answers of the stage before (${rolloutsOf}): which are right, and which of them reason well?`,
      metrics: [],
    },
    {
      title: "Pair",
      text: "A better and a worse answer to the same question make a pair: the chosen and the rejected one.",
      metrics: ["pairs/all"],
    },
    {
      title: "Prefer",
      text: `${formatCount(batchSize)} pairs an update: the chosen answer is made more likely than the rejected one, measured against the model as the stage found it (β = ${formatNumber(beta, 2)}).`,
      metrics: ["loss"],
    },
  ];
}
