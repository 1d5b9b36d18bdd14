/** The ways to look at a run's rollouts, as the header lists them. */
import type { RolloutsView } from "../../state/address.ts";

export const VIEW_WORDS: Readonly<Record<RolloutsView, { readonly label: string; readonly hint: string }>> = {
  answers: { label: "Answers", hint: "A step's groups beside the frames that the model saw" },
  "what-if": { label: "What if", hint: "The same answers under other rewards, normalisation and objective" },
  corrections: { label: "Second looks", hint: "Where the model takes something back, over training" },
  map: { label: "Dead groups", hint: "Every group of the run by step: which gave a gradient" },
  prompt: { label: "One prompt", hint: "The same prompt at different moments, with what changed in its answers" },
};
