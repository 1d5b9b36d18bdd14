/** The curves of a run: those that its recipe asks for, then what every run shows. */
import type { Panel } from "../../contract/panels.ts";
import { RECIPES } from "../../science/recipes/index.ts";

type CurvePanel = Extract<Panel, { kind: "curve" }>;

/**
 * The recipe's curves (for one that the window does not know: those in the journal), then defaults whose metrics none of
 * them shows; panels for which the run has no metric are left out.
 */
export function curvesOf(
  recipe: string,
  metricNames: readonly string[],
  journalPanels: readonly Panel[] = [],
): readonly CurvePanel[] {
  const isShown = (panel: CurvePanel) => panel.metrics.some((name) => metricNames.includes(name));
  const recipePanels = RECIPES.find(({ id }) => id === recipe)?.panels ?? journalPanels;
  const asked = recipePanels.filter((panel) => panel.kind === "curve").filter(isShown);
  const covered = new Set(asked.flatMap((panel) => panel.metrics));
  return [...asked, ...DEFAULT_CURVES.filter((panel) => isShown(panel) && !covered.has(panel.metrics[0]!))];
}

/** What the recipe asks for besides curves. */
export function otherPanelsOf(recipe: string, journalPanels: readonly Panel[] = []): readonly Panel[] {
  return (RECIPES.find(({ id }) => id === recipe)?.panels ?? journalPanels).filter(({ kind }) => kind !== "curve");
}

/** Whether the run has what a panel shows: preference pairs come from DPO, everything else from rollouts. */
export function isFed(panel: Panel, metricNames: readonly string[]): boolean {
  const pairs = metricNames.some((name) => name.startsWith("pairs/"));
  return metricNames.includes("reward") || (panel.kind === "lineage" && pairs);
}

const DEFAULT_CURVES: readonly CurvePanel[] = [
  {
    kind: "curve",
    title: "Reward parts",
    metrics: ["rewards/accuracy/mean", "rewards/format/mean", "rewards/temporal/mean", "rewards/length/mean"],
    explanation:
      "The reward of an answer is the sum of named parts. A rise in format alone is not reasoning: look at accuracy.",
  },
  {
    kind: "curve",
    title: "Accuracy, ordered and shuffled",
    metrics: ["temporal/accuracy_ordered", "accuracy/ordered", "accuracy/shuffled"],
    explanation:
      "The same questions, once with the frames in order and once shuffled. The gap between the curves is what the model gets from time.",
  },
  {
    kind: "curve",
    title: "KL to reference",
    metrics: ["kl"],
    explanation:
      "Distance between the policy and the frozen model it started from. A sudden climb is the first sign of trouble.",
  },
  {
    kind: "curve",
    title: "Entropy",
    metrics: ["entropy"],
    explanation:
      "How undecided the policy is, per token. If it collapses early, all answers of a group become the same.",
  },
  {
    kind: "curve",
    title: "Completion length",
    metrics: ["completions/mean_length", "completions/max_length"],
    explanation: "Tokens per answer. Reasoning that helps tends to lengthen it; a jump to the limit means rambling.",
  },
  {
    kind: "curve",
    title: "Dead groups",
    metrics: ["frac_reward_zero_std"],
    explanation:
      "Groups whose answers all earned the same teach nothing. Near 100 % the questions are too easy or too hard.",
  },
  {
    kind: "curve",
    title: "Loss",
    metrics: ["loss"],
    explanation:
      "Meaningful in the cold start, where traces are imitated. In GRPO it hovers near β·KL while the reward rises.",
  },
  {
    kind: "curve",
    title: "Gradient norm",
    metrics: ["grad_norm"],
    explanation: "Length of the gradient before clipping. Single spikes are normal; a steady climb is not.",
  },
  {
    kind: "curve",
    title: "Tokens per second",
    metrics: ["tokens_per_second", "sampling/tokens_per_second"],
    explanation: "Speed of sampling and training on this machine.",
  },
];
